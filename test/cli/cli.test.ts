import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join, relative } from "node:path";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { siteTemplate } from "../../config/site-template.ts";
import { deploymentHome, projectRoot, stackFolder } from "../../core/home.ts";
import { run } from "../../engines/run.ts";
import { temporaryFolder, write } from "../support/temporary-folder.ts";

/** Runs the command line in a process of its own, without a terminal: nobody sees colours, so it may write none. */
async function cli(
  cwd: string,
  ...args: readonly string[]
): Promise<{ code: number; stdout: string; stderr: string }> {
  const { FORCE_COLOR: _, ...env } = process.env;
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

const HELP_HINT = "(exploreiot --help lists the commands)\n";

describe("exploreiot", { timeout: 60_000 }, () => {
  // Makes the bundle once, before several processes would each find it out of date.
  beforeAll(async () => {
    await cli("/", "--help");
  }, 60_000);

  test("--help lists every verb with one line, and the exit codes", async () => {
    const { code, stdout, stderr } = await cli("/", "--help");
    const verbs = [...stdout.matchAll(/^ {2}([a-z]+)(?: \[[a-z]+\])+ {2,}\S/gm)].map(([, verb]) => verb);

    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(verbs).toEqual(expect.arrayContaining(["up", "down", "status", "synth", "images", "init"]));
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

  test.each([
    [
      "up",
      "deploy: make what runs equal to what is configured",
      ["--config", "--engine", "--json", "--setup"],
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
    ["a verb that is none", ["bogus"], `error: unknown command 'bogus'\n${HELP_HINT}`],
    ["an option that is none", ["up", "--bogus"], `error: unknown option '--bogus'\n${HELP_HINT}`],
    ["an option before the verb", ["--bogus"], `error: unknown option '--bogus'\n${HELP_HINT}`],
    [
      "an engine that is none",
      ["up", "--engine", "podman"],
      `error: option '--engine <engine>' argument 'podman' is invalid. Allowed choices are auto, terraform, compose.\n${HELP_HINT}`,
    ],
    [
      "an argument too many",
      ["synth", "local"],
      `error: too many arguments for 'synth'. Expected 0 arguments but got 1.\n${HELP_HINT}`,
    ],
  ])("refuses %s", async (_, args, stderr) => {
    expect(await cli("/", ...args)).toEqual({ code: 1, stdout: "", stderr });
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

/** How a site file in a folder leads to the schema that editors check it by. */
const schemaFrom = (folder: string) => `./${relative(folder, join(projectRoot, "config/site.schema.json"))}`;

describe("exploreiot init", { timeout: 60_000 }, () => {
  test("writes the site file and says what comes next", async () => {
    const folder = temporaryFolder();

    expect(await cli(folder, "init")).toEqual({
      code: 0,
      stdout: "exploreiot.yaml written. Next: edit it, then npx exploreiot up\n",
      stderr: "",
    });
    expect(readFileSync(join(folder, "exploreiot.yaml"), "utf8")).toBe(
      siteTemplate("site", schemaFrom(folder)),
    );
  });

  test("writes another name into another file", async () => {
    const folder = temporaryFolder();
    await cli(folder, "init", "greenhouse.yml", "--name", "greenhouse");

    expect(readFileSync(join(folder, "greenhouse.yml"), "utf8")).toBe(
      siteTemplate("greenhouse", schemaFrom(folder)),
    );
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
    expect([forced.code, readFileSync(file, "utf8")]).toEqual([0, siteTemplate("site", schemaFrom(folder))]);
  });

  test("says why it cannot write", async () => {
    expect(await cli(temporaryFolder(), "init", "no/such/site.yaml")).toEqual({
      code: 1,
      stdout: "",
      stderr:
        "error: no/such/site.yaml: cannot be written (ENOENT: no such file or directory, open 'no/such/site.yaml')\n",
    });
  });
});

describe("exploreiot synth", { timeout: 60_000 }, () => {
  test("writes the stack of a site file, named from any folder, and nothing into that folder", async () => {
    const [folder, name] = [temporaryFolder(), deploymentName()];
    write(folder, "site.yaml", siteTemplate(name, "site.schema.json"));
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

  test("refuses a site file with every problem, on standard error, and writes nothing", async () => {
    const [folder, name] = [temporaryFolder(), deploymentName()];
    write(folder, "site.yaml", `name: ${name}\nbind: lan\nlisteners: { mqtt: { prot: 1 } }\n`);
    const { code, stdout, stderr } = await cli(folder, "synth", "-c", "site.yaml", "--json");

    expect({ code, stdout, stderr: stderr.replace(/\S*site\.yaml/, "site.yaml") }).toEqual({
      code: 1,
      stdout: "",
      stderr:
        "error: site.yaml: 1 problem\n  listeners.mqtt.prot: got 1; allowed: the keys enabled, port, bind, connectionsPerSource; fix: did you mean port?\n",
    });
    expect([existsSync(deploymentHome(name)), existsSync(stackFolder(name))]).toEqual([false, false]);
  });

  test("tells findings once, and nothing that own rules print meanwhile", async () => {
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
        'process.emitWarning("on standard error");',
        'export const quiet = { id: "OWN-001", severity: "low", title: "nothing", allowed: "anything", fix: "nothing",',
        '  source: "a test", looksAt: ["stack"], check: () => [] };',
      ].join("\n"),
    );
    const { code, stdout, stderr } = await cli(folder, "synth", "-c", "site.yaml", "--json");

    expect({ code, stdout, heads: stderr.split("\n").filter((line) => /^\S/.test(line)) }).toEqual({
      code: 1,
      stdout: "",
      heads: [
        "error: the policies stop this synthesis: 2 findings",
        `${name}/Backend/api/Container: port 8000 (host port 8000 of 0.0.0.0) of backend is in clear text`,
        `${name}/Backend/api/Container: port 8000 (host port 8000 of 0.0.0.0) is published`,
      ],
    });
  });

  test.each([
    [
      "nobody",
      'configuration "nobody": unknown; allowed: local, production, or a .yaml, .yml or .json file\n  → exploreiot init writes a commented site file to start from',
    ],
    ["absent.yaml", "absent.yaml: no such file\n  → exploreiot init absent.yaml writes one to start from"],
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
