import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { VERBS } from "../../cli/verbs.ts";
import { siteJsonSchema } from "../../config/schema.ts";
import { siteTemplate } from "../../config/site-template.ts";
import { deploymentHome, projectRoot, stackFolder } from "../../core/home.ts";
import { run } from "../../runners/run.ts";
import { temporaryFolder, write } from "../support/temporary-folder.ts";

/** Runs the command line in a process of its own, without a terminal: nobody sees colours, so it may write none. */
const cli = (cwd: string, ...args: readonly string[]) => cliWith({}, cwd, ...args);

/** @param variables in place of those of this process */
async function cliWith(
  variables: NodeJS.ProcessEnv,
  cwd: string,
  ...args: readonly string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { FORCE_COLOR: _, ...inherited } = process.env;
  const env = { ...inherited, ...variables };
  const ended = await new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    execFile(
      process.execPath,
      [join(projectRoot, "bin/exploreiot.js"), ...args],
      { cwd, env },
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
  expect(ended.stdout + ended.stderr).not.toContain("\x1b");
  return ended;
}

/** A deployment name of its own, whose traces are removed with the test. */
function deploymentName(): string {
  const name = `t${randomBytes(6).toString("hex")}`;
  onTestFinished(() => {
    for (const folder of [deploymentHome(name), stackFolder(name)])
      rmSync(folder, { recursive: true, force: true });
  });
  return name;
}

const HELP_HINT = "  → exploreiot --help lists the verbs\n";
const hintOf = (verb: string) =>
  `  → exploreiot ${verb} --help says what it takes; -c names the deployment\n`;

describe("exploreiot", { timeout: 60_000 }, () => {
  // Makes the bundle once, before several processes would each find it out of date.
  beforeAll(async () => {
    await cli("/", "--help");
  }, 60_000);

  test("--help lists every verb with one line, and the exit codes", async () => {
    const { code, stdout, stderr } = await cli("/", "--help");
    const verbs = [...stdout.matchAll(/^ {2}([a-z]+) {2,}\S/gm)].map(([, verb]) => verb);

    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(verbs).toEqual([...Object.keys(VERBS), "completion", "help"]);
    expect(stdout.trimEnd().split("\n").at(-1)).toBe(
      "Exit codes: 0 done, 1 something to fix, 2 changes pending, 3 cannot be judged, 70 a bug in the kit.",
    );
  });

  test("ends as it would have, without a stack trace, where nobody reads what it prints", async () => {
    const unread = '"$@" | true; echo "${PIPESTATUS[0]}"';
    const bin = join(projectRoot, "bin/exploreiot.js");
    const { stdout, stderr } = await run([
      "bash",
      "-c",
      unread,
      "bash",
      process.execPath,
      bin,
      "policy",
      "list",
    ]);

    expect({ stdout, stderr }).toEqual({ stdout: "0\n", stderr: "" });
  });

  test.each(["policy list", "policy list --json", "--help"])(
    "%s says in one line that nothing holds what it prints",
    async (line) => {
      const bin = join(projectRoot, "bin/exploreiot.js");
      const full = '"$@" > /dev/full';
      const { code, stderr } = await run(
        ["bash", "-c", full, "bash", process.execPath, bin, ...line.split(" ")],
        {
          expected: [1],
        },
      );

      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: "error: standard output: cannot be written (no space left on device)\n",
      });
    },
  );

  test.each([[], ["--json"]])(
    "synth %s says what the machine refuses, which is no bug of the kit",
    async (...options) => {
      const bin = join(projectRoot, "bin/exploreiot.js");
      const home = ["env", "EXPLOREIOT_HOME=/sys/kernel"] as const;
      const { stdout, stderr } = await run(
        [...home, process.execPath, bin, "synth", "-c", "local", ...options],
        {
          expected: [1],
        },
      );

      expect(stderr).toMatch(/^error: \/sys\/kernel\/cdktf.out: .+\n {2}→ check the owner and the mode/);
      expect(stdout).toMatch(
        options.length === 0 ? /^$/ : /^{"error":{"message":"\/sys\/kernel\/cdktf.out: .+,"bug":false}}\n$/,
      );
    },
  );

  // Only root can mount a folder read-only.
  test.skipIf(process.getuid?.() !== 0)("says that its project is read-only, which is no bug", async () => {
    const home = temporaryFolder();
    const closed = 'mount -t tmpfs -o ro tmpfs "$EXPLOREIOT_HOME"; exec "$0" "$@"';
    const bin = join(projectRoot, "bin/exploreiot.js");
    const { stderr } = await run(
      ["unshare", "--mount", "sh", "-euc", closed, process.execPath, bin, "synth", "-c", "local"],
      { env: { EXPLOREIOT_HOME: home }, expected: [1] },
    );

    expect(stderr).toBe(
      `error: ${home}/cdktf.out: cannot be made: its file system is read-only, or its folder is gone\n  → check the owner and the mode of it and of its folder, and run this as the user whose project it is\n`,
    );
  });

  test("says that the folder it runs in is gone", async () => {
    const gone = 'cd "$(mktemp -d)" && rmdir "$PWD" && exec "$@"';
    const bin = join(projectRoot, "bin/exploreiot.js");
    const { stderr } = await run(["bash", "-c", gone, "bash", process.execPath, bin, "status"], {
      expected: [1],
    });

    expect(stderr).toBe(
      "error: the folder that this runs in is gone, or closed to this user\n  → cd into another one\n",
    );
  });

  test.each([
    ["down", ["-c", ""], "-c, --config <deployment>"],
    ["status", ["--config="], "-c, --config <deployment>"],
    ["synth", ["--json", "-c", ""], "-c, --config <deployment>"],
  ])("%s is refused where a variable of a shell left an option empty", async (verb, options, flags) => {
    expect(await cli("/", verb, ...options)).toMatchObject({
      code: 1,
      stderr: `error: ${flags}: got ""; allowed: some text\n  → give it a value, or leave it out\n`,
    });
  });

  test.each([
    [
      "up",
      "deploy: make what runs equal to what is configured",
      ["--config", "--runner", "--json", "--setup"],
    ],
    [
      "down",
      "remove the containers and networks; data stays",
      ["--config", "--json", "--delete-data", "--yes"],
    ],
    [
      "status",
      "show what runs, what answers, and what differs from the configuration",
      ["--config", "--json"],
    ],
    [
      "synth",
      "check the configuration and write the stack as Terraform JSON",
      ["--config", "--json", "--compose"],
    ],
    [
      "diagram",
      "draw services, networks, ports and the ways of data, as Mermaid or SVG",
      ["--config", "--format", "--output", "--json"],
    ],
    ["images", "pull or build the images that are missing", ["--config", "--json", "--stack"]],
    ["firewall", "look at the packet filter of a deployment, or keep new rules", ["--json", "--no-login"]],
    ["init", "write a commented site file to start from, and keep secrets out of git", ["--name", "--force"]],
  ])("%s --help says what it does and what it takes", async (verb, line, options) => {
    const { code, stdout, stderr } = await cli("/", verb, "--help");
    const listed = [...stdout.matchAll(/^ {2}(?:-\w, )?(--[a-z-]+)/gm)].map(([, option]) => option);

    expect({ code, stderr, line: stdout.split("\n")[2] }).toEqual({ code: 0, stderr: "", line });
    expect(listed).toEqual(expect.arrayContaining([...options, "--help"]));
  });

  test.each([
    ["a verb that is none", ["quxxxxqux"], `error: unknown command 'quxxxxqux'\n${HELP_HINT}`],
    ["an option that is none", ["up", "--quxxxxqux"], `error: unknown option '--quxxxxqux'\n${hintOf("up")}`],
    ["an option before the verb", ["--quxxxxqux"], `error: unknown option '--quxxxxqux'\n${HELP_HINT}`],
    [
      "a runner that is none",
      ["up", "--runner", "podman"],
      `error: option '--runner <runner>' argument 'podman' is invalid. Allowed choices are auto, terraform, compose.\n${hintOf("up")}`,
    ],
    [
      "a diagram as a picture and as JSON",
      ["diagram", "--json", "--format", "svg"],
      `error: option '--json' cannot be used with option '--format <format>'\n${hintOf("diagram")}`,
      `${JSON.stringify({ error: { message: "option '--json' cannot be used with option '--format <format>'", remedy: [], bug: false } })}\n`,
    ],
    [
      "an argument too many",
      ["synth", "local"],
      `error: too many arguments for 'synth'. Expected 0 arguments but got 1.\n${hintOf("synth")}`,
    ],
  ])("refuses %s", async (_, args, stderr, stdout = "") => {
    expect(await cli("/", ...args)).toEqual({ code: 1, stdout, stderr });
  });

  test("without a verb shows its help, as an error", async () => {
    const { code, stdout, stderr } = await cli("/");

    expect({ code, stdout, usage: stderr.split("\n")[0] }).toEqual({
      code: 1,
      stdout: "",
      usage: "Usage: exploreiot [options] [command]",
    });
  });
});

describe("a machine without an engine", { timeout: 60_000 }, () => {
  const nowhere = () => `unix://${join(temporaryFolder(), "docker.sock")}`;
  const site = () => write(temporaryFolder(), "site.yaml", `name: ${deploymentName()}\n`);

  test("is prepared by up --setup before anything is asked of the engine", async () => {
    const DOCKER_HOST = nowhere();
    const { code, stdout, stderr } = await cliWith({ DOCKER_HOST }, "/", "up", "--setup", "-c", site());

    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain(
      `error: this machine lacks an engine that can be used: Docker engine at ${DOCKER_HOST} does not answer`,
    );
  });

  test.each(["up", "plan", "status", "down", "ports", "restart api"])(
    "and without Docker's client either: %s says how to get it",
    async (words) => {
      const variables = { DOCKER_HOST: nowhere(), PATH: temporaryFolder() };

      expect(await cliWith(variables, "/", ...words.split(" "), "-c", site())).toEqual({
        ...{ code: 1, stdout: "" },
        stderr: expect.stringMatching(
          /^(· .*\n)*error: docker: not installed, or not in PATH\n {2}→ exploreiot up --setup installs it \(Debian and Ubuntu, as root\)\n {2}→ exploreiot doctor --setup says how to get it elsewhere\n$/,
        ),
      });
    },
  );
});

describe("options in front of a verb below another one", () => {
  test("are that verb's", async () => {
    const { code, stderr } = await cli(temporaryFolder(), "backup", "-c", "absent.yaml", "list");
    expect([code, stderr.split("\n")[0]]).toEqual([1, "error: absent.yaml: no such file or folder"]);
  });

  test("are refused where it has none of that name", async () => {
    expect(await cli(temporaryFolder(), "doctor", "--setup", "page")).toEqual({
      code: 1,
      stdout: "",
      stderr:
        'error: --setup: is for "doctor" alone; got it before "page"\n  → exploreiot doctor page --help lists what that takes\n',
    });
  });
});

describe("exploreiot init", { timeout: 60_000 }, () => {
  test("writes the site file and says what comes next", async () => {
    const folder = temporaryFolder();

    expect(await cli(folder, "init")).toEqual({
      code: 0,
      stdout: "exploreiot.yaml written. Next: edit it, then npx exploreiot up\n",
      stderr: "",
    });
    expect(readFileSync(join(folder, "exploreiot.yaml"), "utf8")).toBe(siteTemplate("site"));
  });

  test("writes the schema that the file names next to it, wherever that is", async () => {
    const [folder, away] = [temporaryFolder(), join(temporaryFolder(), "a", "b")];
    mkdirSync(away, { recursive: true });
    const { code, stdout } = await cli(folder, "init", join(away, "plant.yaml"), "--json");
    const [, schema = ""] = /\$schema=(\S+)/.exec(readFileSync(join(away, "plant.yaml"), "utf8")) ?? [];

    expect({ code, told: JSON.parse(stdout) }).toEqual({
      code: 0,
      told: {
        ...{ file: join(away, "plant.yaml"), name: "site", schema: join(away, "exploreiot.schema.json") },
        ignored: [],
      },
    });
    expect(JSON.parse(readFileSync(join(away, schema), "utf8"))).toEqual(siteJsonSchema());
  });

  test("writes another name into another file", async () => {
    const folder = temporaryFolder();
    await cli(folder, "init", "greenhouse.yml", "--name", "greenhouse");

    expect(readFileSync(join(folder, "greenhouse.yml"), "utf8")).toBe(siteTemplate("greenhouse"));
  });

  test("leaves a file alone that is there, but with --force", async () => {
    const folder = temporaryFolder();
    const file = write(folder, "exploreiot.yaml", "mine");
    const refused = await cli(folder, "init");
    const kept = readFileSync(file, "utf8");
    const forced = await cli(folder, "init", "--force");

    expect([refused, kept]).toEqual([
      {
        code: 1,
        stdout: "",
        stderr: "error: exploreiot.yaml: is there already\n  → choose another name, or add --force\n",
      },
      "mine",
    ]);
    expect([forced.code, readFileSync(file, "utf8")]).toEqual([0, siteTemplate("site")]);
  });

  test("says why it cannot write", async () => {
    expect(await cli(temporaryFolder(), "init", "no/such/site.yaml")).toEqual({
      code: 1,
      stdout: "",
      stderr: "error: no/such/site.yaml: cannot be written (no such file or folder)\n  → mkdir -p no/such\n",
    });
  });
});

describe("exploreiot synth", { timeout: 60_000 }, () => {
  test("writes the stack of a site file, named from any folder, and nothing into that folder", async () => {
    const [folder, name] = [temporaryFolder(), deploymentName()];
    write(folder, "site.yaml", siteTemplate(name));
    const { code, stdout, stderr } = await cli(folder, "synth", "-c", "site.yaml");

    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(new RegExp(`/cdktf\\.out/stacks/${name}/cdk\\.tf\\.json: 14 containers\\n$`));
    expect(existsSync(join(stackFolder(name), "cdk.tf.json"))).toBe(true);
    expect(readdirSync(folder)).toEqual(["site.yaml"]);
  });

  test("answers with JSON alone on standard output where that is asked for", async () => {
    const [folder, name] = [temporaryFolder(), deploymentName()];
    write(folder, "site.json", JSON.stringify({ name }));
    const { code, stdout, stderr } = await cli(folder, "synth", "-c", "site.json", "--json");

    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(JSON.parse(stdout)).toMatchObject({
      deployment: name,
      path: join(stackFolder(name), "cdk.tf.json"),
      containers: 14,
    });
  });

  test("prints the compose file, which is sound YAML of the same containers", async () => {
    const [folder, name] = [temporaryFolder(), deploymentName()];
    write(folder, "site.yaml", `name: ${name}\n`);
    const { code, stdout } = await cli(folder, "synth", "-c", "site.yaml", "--compose");
    const { name: project, services } = parse(stdout);

    expect({ code, project, count: Object.keys(services).length }).toEqual({
      ...{ code: 0, project: `exploreiot-${name}`, count: 14 },
    });
  });

  test("refuses a site file with every problem and its line, for programs too, and writes nothing", async () => {
    const [folder, name] = [temporaryFolder(), deploymentName()];
    write(folder, "site.yaml", `name: ${name}\nbind: lan\nlisteners: { mqtt: { prot: 1 } }\n`);
    const { code, stdout, stderr } = await cli(folder, "synth", "-c", "site.yaml", "--json");
    const message =
      "site.yaml: 1 problem\n  site.yaml:3: listeners.mqtt.prot: got 1; allowed: the keys enabled, port, bind, connectionsPerSource; fix: did you mean port?";
    const here = (text: string) => text.replaceAll(/[^\s"]*site\.yaml/g, "site.yaml");

    expect({ code, stdout: JSON.parse(here(stdout)), stderr: here(stderr) }).toEqual({
      code: 1,
      stdout: { error: { message, remedy: [], bug: false } },
      stderr: `error: ${message}\n`,
    });
    expect([existsSync(deploymentHome(name)), existsSync(stackFolder(name))]).toEqual([false, false]);
  });

  test.each(["local", "production"])(
    "makes nothing but the stack, for a new name in environment %s",
    async (environment) => {
      const [folder, name] = [temporaryFolder(), deploymentName()];
      const tls =
        "postgres: { tls: true }\ntls: { mqttClients: certificates }\nlisteners: { https: {}, mqtts: {} }";
      write(folder, "site.yaml", `name: ${name}\nenvironment: ${environment}\nhosts: [localhost]\n${tls}\n`);
      // Others work in the common one at the same time.
      const temporary = temporaryFolder();
      const { code, stdout, stderr } = await run(
        [process.execPath, join(projectRoot, "bin/exploreiot.js"), "synth", "-c", "site.yaml", "--json"],
        { cwd: folder, env: { TMPDIR: temporary } },
      );
      const { path } = JSON.parse(stdout) as { path: string };
      const json = readFileSync(path, "utf8");

      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect([existsSync(deploymentHome(name)), readdirSync(folder), readdirSync(temporary)]).toEqual([
        false,
        ["site.yaml"],
        [],
      ]);
      expect(json).toContain(`../../../.exploreiot/${name}/secrets/`);
      expect(json).not.toContain("exploreiot-draft-");
    },
  );

  test("makes the very stack that up would, where all secrets are there", async () => {
    const [folder, name] = [temporaryFolder(), deploymentName()];
    const tls = "postgres: { tls: true }\ntls: { mqttClients: certificates }\nlisteners: { mqtts: {} }";
    const file = write(folder, "site.yaml", `name: ${name}\nhosts: [localhost]\n${tls}\n`);
    const main = () =>
      run([process.execPath, join(projectRoot, "bin", "synth.js")], {
        cwd: projectRoot,
        env: { EXPLOREIOT_CONFIG: file },
      });
    await main();
    const stack = () => readFileSync(join(stackFolder(name), "cdk.tf.json"), "utf8");
    const kept = () => readdirSync(deploymentHome(name), { recursive: true }).sort();
    const [made, files] = [stack(), kept()];
    const { code } = await cli(folder, "synth", "-c", "site.yaml");

    expect({ code, files: kept() }).toEqual({ code: 0, files: [...files, "site", "site-paths"].sort() });
    expect(JSON.parse(stack())).toEqual(JSON.parse(made));
  });

  test("warns of what is open to other machines, once, and in JSON too", async () => {
    const [folder, name] = [temporaryFolder(), deploymentName()];
    write(folder, "site.yaml", `name: ${name}\nbind: lan\nhosts: [a.example.org]\n`);
    const { code, stdout, stderr } = await cli(folder, "synth", "-c", "site.yaml", "--json");
    const warning =
      "ports 3000 (frontend), 8000 (backend), 1883 (mqtt) can be reached from other machines in clear text, passwords included: environment: production opens ports with TLS instead; anyone who reaches the API may write readings without a key: http: { openWrites: false } asks for one";

    expect({ code, stderr, warnings: (JSON.parse(stdout) as { warnings: unknown }).warnings }).toEqual({
      ...{ code: 0, stderr: `· warning: ${warning}\n` },
      warnings: [warning],
    });
  });

  test("prints JSON or YAML, never one for the other", async () => {
    expect(await cli(temporaryFolder(), "synth", "--compose", "--json")).toMatchObject({
      code: 1,
      stdout: `${JSON.stringify({ error: { message: "option '--compose' cannot be used with option '--json'", remedy: [], bug: false } })}\n`,
    });
  });

  test("tells findings once, and what own rules print is no part of its answer", async () => {
    const [folder, name] = [temporaryFolder(), deploymentName()];
    const listeners = "{ backend: { bind: lan }, https: {}, mqtts: {} }";
    write(
      folder,
      "site.yaml",
      `name: ${name}\nenvironment: production\nhosts: [localhost]\nlisteners: ${listeners}\npolicies: { rules: rules }\n`,
    );
    write(
      join(folder, "rules"),
      "loud.js",
      [
        'console.log("on standard output");',
        'export const quiet = { id: "OWN-001", severity: "low", title: "nothing", allowed: "anything", fix: "nothing",',
        '  source: "a test", looksAt: ["stack"], check: () => [] };',
      ].join("\n"),
    );
    const { code, stdout, stderr } = await cli(folder, "synth", "-c", "site.yaml", "--json");

    expect(JSON.parse(stdout)).toMatchObject({ error: { bug: false } });
    expect({ code, heads: stderr.split("\n").filter((line) => /^\S/.test(line)) }).toEqual({
      code: 1,
      heads: [
        "on standard output",
        "error: the policies stop this synthesis: 2 findings",
        `${name}/Backend/api/Container: port 8000 (host port 8000 of 0.0.0.0) of backend is in clear text`,
        `${name}/Backend/api/Container: port 8000 (host port 8000 of 0.0.0.0) is published`,
      ],
    });
  });

  test.each([
    [
      "nobody",
      'configuration "nobody": unknown; allowed: local, production, a .yaml, .yml or .json file, or a name that exploreiot list shows with one\n  → exploreiot init writes a commented site file to start from',
    ],
    [
      "absent.yaml",
      "absent.yaml: no such file or folder\n  → exploreiot init absent.yaml writes one to start from",
    ],
  ])("refuses %s, which is not there", async (source, message) => {
    expect(await cli(temporaryFolder(), "synth", "-c", source)).toEqual({
      code: 1,
      stdout: "",
      stderr: `error: ${message}\n`,
    });
  });
});

test("exploreiot down asks before it deletes data, and refuses where nobody can answer", {
  timeout: 60_000,
}, async () => {
  const [folder, name] = [temporaryFolder(), deploymentName()];
  write(folder, "site.yaml", `name: ${name}\n`);

  expect(await cli(folder, "down", "-c", "site.yaml", "--delete-data")).toEqual({
    code: 1,
    stdout: "",
    stderr: `error: deleting the data of ${name} needs a yes, and there is no terminal to ask on\n  → add --yes\n`,
  });
});
