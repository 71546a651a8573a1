import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Ajv2020 from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { projectRoot } from "../core/home.ts";
import { kitVersion } from "../core/kit-version.ts";
import { runAction } from "./support/action-runner.ts";
import { copyCheckerTo } from "./support/checker-tree.ts";
import { temporaryFolder, write } from "./support/temporary-folder.ts";

/** A clone in which the checker is built, with the kit's own packages, and is alone after that. */
const clone = mkdtempSync(join(tmpdir(), "exploreiot-checker-"));
const program = join(clone, "checker/dist/exploreiot-policies.js");

beforeAll(() => {
  copyCheckerTo(clone);
  symlinkSync(join(projectRoot, "node_modules"), join(clone, "node_modules"));
  execFileSync(process.execPath, [join(clone, "checker/build.js")], { stdio: "pipe" });
  rmSync(join(clone, "node_modules"));
}, 120_000);
afterAll(() => rmSync(clone, { recursive: true, force: true }));

interface Asked {
  readonly cwd?: string;
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

function checker(args: readonly string[], { cwd = temporaryFolder(), input = "", env = {} }: Asked = {}) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    ...{ cwd, input, encoding: "utf8" },
    env: { PATH: process.env.PATH, ...env },
  });
  return { code: status, stdout, stderr };
}

const OPEN = "services:\n  db:\n    image: 'i:1'\n    privileged: true\n";
const CLOSED = "services: {a: {image: 'i:1'}}";

describe("the checker alone", { timeout: 60_000 }, () => {
  test("needs no package", () => {
    expect(existsSync(join(clone, "node_modules"))).toBe(false);
    expect(checker(["--version"])).toEqual({ code: 0, stdout: `${kitVersion()}\n`, stderr: "" });
  });

  test("judges where it stands, a path, standard input and files of one project", () => {
    const cwd = temporaryFolder();
    write(cwd, "compose.yaml", OPEN);
    write(cwd, "more.yaml", "services: {db: {privileged: false}}");
    const first = (args: readonly string[], input = "") =>
      checker([...args, "--only", "CTR-001", "--quiet"], { cwd, input }).stdout;

    expect(first([])).toBe("compose.yaml:4: critical CTR-001 services.db: privileged is true\n");
    expect(first(["compose.yaml"])).toBe(first([]));
    expect(first(["-"], OPEN)).toBe("-:4: critical CTR-001 services.db: privileged is true\n");
    expect(first(["-f", "compose.yaml", "-f", "more.yaml"])).toBe("");
  });

  test("takes COMPOSE_FILE and COMPOSE_ENV_FILES for what they are to Compose", () => {
    const cwd = temporaryFolder();
    write(cwd, "compose.yaml", CLOSED);
    write(cwd, "other.yaml", "services: {db: {image: 'i:${TAG:?}', privileged: true}}");
    write(cwd, "ci.env", "TAG=1\n");
    const asked = (env: Readonly<Record<string, string>>, ...more: readonly string[]) => {
      const { code, stdout } = checker(["--only", "CTR-001", "-q", ...more], { cwd, env });
      return [
        code,
        stdout
          .split("\n")
          .slice(0, -1)
          .map((line) => line.split(" ")[2]),
      ];
    };

    expect(asked({})).toEqual([3, ["INP-002", "CTR-001"]]);
    expect(asked({ COMPOSE_FILE: "compose.yaml" })).toEqual([0, []]);
    expect(asked({ COMPOSE_FILE: "other.yaml" })).toEqual([3, ["INP-002", "CTR-001"]]);
    expect(asked({ COMPOSE_FILE: "other.yaml", COMPOSE_ENV_FILES: "ci.env" })).toEqual([1, ["CTR-001"]]);
    expect(asked({ COMPOSE_FILE: "other.yaml" }, "--env-file", "ci.env")).toEqual([1, ["CTR-001"]]);
  });

  test.each([
    ["0: nothing to fix", ["--only", "CTR-001"], CLOSED, 0],
    ["1: findings", ["--only", "CTR-001"], OPEN, 1],
    ["0: below what stops", ["--only", "CTR-002", "--stop-at", "critical"], OPEN, 0],
    ["3: no service", [], "services: {}", 3],
    ["3: a key that nobody knows", ["--only", "CTR-001"], "services: {a: {image: i, imagee: i}}", 3],
    ["3: HCL", [], 'resource "x" "y" {\n}\n', 3],
    ["3: a rule that is none", ["--only", "CTX-001"], CLOSED, 3],
    ["3: an option that is none", ["--onyl", "CTR-001"], CLOSED, 3],
    ["3: settings that are not there", ["--settings", "none.yaml"], CLOSED, 3],
    ["3: a baseline that is not there", ["--baseline", "none.json"], CLOSED, 3],
    ["3: a report that cannot be written", ["-o", "/nowhere/report.txt"], CLOSED, 3],
  ])("ends with %s", (_, args, input, expected) => {
    expect(checker(["-", ...args], { input }).code).toBe(expected);
  });

  test("explains and lists", () => {
    expect(checker(["explain", "ctr-001"]).stdout).toMatch(
      /^CTR-001 \(critical\) no container is privileged\n\nA priv/,
    );
    expect(checker(["list", "--json"]).stdout).toContain('"NET-006"');
    expect(checker(["explain", "CTX-001"])).toMatchObject({ code: 3, stdout: "" });
  });

  test("writes the report to a file, and one line about it", () => {
    const cwd = temporaryFolder();
    write(cwd, "compose.yaml", OPEN);
    const { code, stdout } = checker(["--only", "CTR-001", "-o", "report.txt"], { cwd });

    expect([code, stdout]).toEqual([1, "1 finding: 1 critical\n"]);
    expect(readFileSync(join(cwd, "report.txt"), "utf8")).toMatch(
      /^compose\.yaml \(profile compose\)\n\nservices\.db\n {2}critical {2}CTR-001 no container is privileged \(compose\.yaml:4\)\n/,
    );
    expect(checker(["--only", "CTR-001", "-o", "report.txt", "-q"], { cwd }).stdout).toBe("");
  });

  test("takes a baseline once and fails for what is new", () => {
    const cwd = temporaryFolder();
    write(cwd, "compose.yaml", OPEN);
    expect(checker(["--write-baseline", "known.json"], { cwd })).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^known\.json: \d+ findings written\n$/),
    });
    const again = checker(["--baseline", "known.json"], { cwd });
    expect([again.code, again.stdout]).toEqual([
      0,
      expect.stringMatching(/no findings: .*; \d+ known from the baseline/),
    ]);

    write(cwd, "compose.yaml", OPEN.replace("privileged: true", "privileged: false\n    pid: host"));
    const later = checker(["--baseline", "known.json", "-q"], { cwd });
    expect([later.code, later.stdout]).toEqual([
      1,
      'compose.yaml:5: high CTR-020 services.db: pid is "host"\n',
    ]);
    expect(checker(["--baseline", "known.json"], { cwd }).stdout).toContain("1 of the baseline are gone");
  });

  test("prints JSON that the published schema accepts, no matter what was judged", () => {
    const cwd = temporaryFolder();
    write(
      cwd,
      "compose.yaml",
      `x-exploreiot: {waivers: [{rule: CTR-001, at: "*", reason: "for this test", expires: 2099-01-01}]}\n${OPEN}`,
    );
    write(cwd, "broken.yaml", "services: {");
    write(cwd, "known.json", '{"version": 1, "findings": []}');
    const schema = JSON.parse(readFileSync(join(clone, "checker/dist/report.schema.json"), "utf8"));
    const validate = new Ajv2020.default({ strict: false }).compile(schema);
    const report = (...args: readonly string[]) => JSON.parse(checker([...args, "--json"], { cwd }).stdout);

    for (const said of [
      report("compose.yaml"),
      report("compose.yaml", "broken.yaml", "--baseline", "known.json"),
      report("nowhere.yaml"),
    ])
      expect([validate(said), validate.errors]).toEqual([true, null]);
    expect(report("nowhere.yaml")).toEqual({
      version: 1,
      verdict: "cannot judge",
      baselineGone: 0,
      inputs: [],
      refused: [{ message: expect.stringContaining("nowhere.yaml: no such file"), remedy: [] }],
    });
    expect(validate({ ...report("compose.yaml"), more: 1 })).toBe(false);
  });

  test("is packed as one file with what belongs to it", () => {
    const { files } = JSON.parse(
      execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], {
        cwd: join(clone, "checker"),
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      }),
    )[0];

    expect(files.map(({ path }: { path: string }) => path).toSorted()).toEqual([
      "README.md",
      "dist/LICENSE",
      "dist/LICENSES-OF-PACKAGES.txt",
      "dist/exploreiot-policies.js",
      "dist/report.schema.json",
      "dist/settings.schema.json",
      "package.json",
    ]);
    expect(readFileSync(join(clone, "checker/dist/LICENSES-OF-PACKAGES.txt"), "utf8")).toMatch(
      /^zod 4\.6\.7 \(MIT\)$/m,
    );
  });

  test("is built of the very packages that the kit has", () => {
    const versions = (file: string, key: string) =>
      JSON.parse(readFileSync(join(projectRoot, file), "utf8"))[key];
    const own: Record<string, string> = versions("checker/package.json", "devDependencies");
    const all: Record<string, string> = versions("package.json", "dependencies");

    expect(versions("checker/package.json", "dependencies")).toBeUndefined();
    expect(versions("checker/package.json", "version")).toBe(versions("package.json", "version"));
    expect(Object.fromEntries(Object.keys(own).map((name) => [name, all[name]]))).toEqual(own);
  });
});

describe("the GitHub Action", { timeout: 60_000 }, () => {
  const action = (text: string, inputs: Readonly<Record<string, string>>) => {
    const workspace = temporaryFolder();
    write(workspace, "deploy/compose.yaml", text);
    return runAction(clone, workspace, inputs);
  };

  test("annotates what stops, and fails", async () => {
    const { code, stdout } = await action(OPEN, { paths: "deploy\n", "stop-at": "critical" });

    expect(code).toBe(1);
    expect(stdout.trimEnd().split("\n")).toEqual([
      expect.stringMatching(
        /^::error file=deploy\/compose\.yaml,line=4,title=CTR-001 no container is privileged::/,
      ),
    ]);
  });

  test("judges the whole workspace by itself, and hands on every input", async () => {
    expect(await action(CLOSED, { "stop-at": "critical" })).toMatchObject({ code: 0 });
    expect(
      await action(OPEN, {
        paths: "\n  \ndeploy/compose.yaml",
        profile: "docker-host",
        format: "text",
        output: "r.txt",
      }),
    ).toMatchObject({ code: 0, stdout: expect.stringMatching(/^no findings/) });
    expect(await action(OPEN, { settings: "none.yaml" })).toMatchObject({ code: 3 });
    expect(await action(OPEN, { baseline: "none.json" })).toMatchObject({ code: 3 });
  });

  test("takes no input for a part of its script", async () => {
    const { code, stderr } = await action(CLOSED, { paths: '"; touch injected; "' });

    expect([code, stderr]).toEqual([
      3,
      expect.stringContaining('"; touch injected; ": no such file or folder'),
    ]);
  });
});

test("the pre-commit hook names a program that is there and can be run", () => {
  const hook = readFileSync(join(projectRoot, ".pre-commit-hooks.yaml"), "utf8");
  const entry = /^ {2}entry: (.*)$/m.exec(hook)?.[1] ?? "";
  const { status, stdout } = spawnSync(join(clone, entry), ["--version"], { encoding: "utf8" });

  expect([status, stdout]).toEqual([0, `${kitVersion()}\n`]);
});
