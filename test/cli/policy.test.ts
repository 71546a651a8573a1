import { execFile, execFileSync } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { projectRoot } from "../../core/home.ts";
import { temporaryFolder, write } from "../support/temporary-folder.ts";

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

const policy = (...args: readonly string[]): Promise<Ended> => policyReading("", ...args);

/** The verb with a text on its standard input. */
function policyReading(input: string, ...args: readonly string[]): Promise<Ended> {
  const { FORCE_COLOR: _, ...env } = process.env;
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [join(projectRoot, "bin/exploreiot.js"), "policy", ...args],
      { env, maxBuffer: 64 * 1024 ** 2 },
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
    child.stdin?.end(input);
  });
}

const broken = () =>
  write(
    temporaryFolder(),
    "compose.yaml",
    'services: {a: {image: "i:1", environment: {API_KEY: "hunter2"}}}',
  );

describe("exploreiot policy", { timeout: 60_000 }, () => {
  beforeAll(async () => {
    await policy("--help");
  }, 60_000);

  test("check exits with 1 for findings, and shows no secret", async () => {
    const { code, stdout, stderr } = await policy("check", broken());

    expect([code, stderr]).toEqual([1, ""]);
    expect(stdout).toMatch(
      /^services\.a\n {2}critical {2}SEC-001 no variable with the name.*\n {12}API_KEY has a value\n {12}fix: /m,
    );
    expect(stdout).not.toContain("hunter2");
    expect(stdout.split("\n").at(-2)).toMatch(
      /^\d+ findings: 1 critical, \d+ high, \d+ medium; \d+ below what stops /,
    );
  });

  test.each([
    ["json", (text: string) => JSON.parse(text).inputs.length, 1],
    ["sarif", (text: string) => JSON.parse(text).version, "2.1.0"],
    ["junit", (text: string) => text.startsWith("<?xml"), true],
    ["github", (text: string) => /^::error file=.*compose\.yaml,line=1,title=SEC-001/m.test(text), true],
  ])("check prints %s and nothing else on standard output", async (format, read, expected) => {
    const { code, stdout, stderr } = await policy("check", broken(), "--format", format);

    expect([code, stderr, read(stdout)]).toEqual([1, "", expected]);
  });

  test("check stops at the severity that is asked for, and judges by rules of one's own", async () => {
    const folder = temporaryFolder();
    const file = write(folder, "main.tf.json", '{"resource": {"null_resource": {"a": {"name": "x"}}}}');
    const rule =
      'export const own = { id: "ACME-001", severity: "info", title: "t", why: "w", avoid: "a", prefer: "p", allowed: "a", fix: "f", source: "s", looksAt: ["null_resource"], check: () => ["seen"] };';
    write(folder, "rules/own.js", rule);
    const run = async (...args: readonly string[]) => {
      const { code, stdout } = await policy(
        "check",
        file,
        "--json",
        "--rules",
        join(folder, "rules"),
        ...args,
      );
      const rules: { id: string; findings: unknown[] }[] = JSON.parse(stdout).inputs[0].rules;
      return [code, rules.find(({ id }) => id === "ACME-001")?.findings.length];
    };

    expect(await run("--stop-at", "info")).toEqual([1, 1]);
  });

  test("list names every rule; explain says all about one, and refuses another name", async () => {
    const [list, explain, former, json, unknown] = await Promise.all([
      policy("list", "--json"),
      policy("explain", "net-004"),
      policy("explain", "CTR-036"),
      policy("explain", "CTR-001", "--json"),
      policy("explain", "NET-999"),
    ]);
    const ids: string[] = JSON.parse(list.stdout).map(({ id }: { id: string }) => id);

    expect(ids).toEqual(expect.arrayContaining(["INP-001", "WVR-003", "NET-004", "SEC-001"]));
    expect(explain.stdout).toMatch(
      /^NET-004 \(high\) .*\n\n.*\n\navoid:\n {4}ports: \["8080:80"\]\n\nprefer:\n {4}ports: .*\n\nallowed: .*\nfix: .*\n(in a .*\n)*source: .*\nlooks at: .*\nstops in: .*\n$/,
    );
    expect(former.stdout.split("\n").at(0)).toBe(
      "PRV-020 (low) containers are started and kept; only jobs end",
    );
    expect(former.stdout).toMatch(/^formerly: CTR-036$/m);
    expect(JSON.parse(json.stdout)).toMatchObject({
      id: "CTR-001",
      avoid: "privileged: true",
      why: expect.stringContaining("owns the host"),
    });
    expect(unknown).toEqual({
      code: 1,
      stdout: "",
      stderr: "error: NET-999: no rule has this id\n  → list names every rule\n",
    });
  });

  test("an input that cannot be judged is an error that says what can be, never a pass", async () => {
    const { code, stdout, stderr } = await policy("check", write(temporaryFolder(), "a.yaml", "kind: Pod\n"));

    expect([code, stdout]).toEqual([3, ""]);
    expect(stderr).toContain("a.yaml: is none of these: Terraform JSON");
  });

  const PRIVILEGED = 'services: {evil: {image: "i:1", privileged: true}}';

  test.each(["-", "/dev/stdin"])("check %s reads standard input", async (path) => {
    const { code, stdout } = await policyReading(PRIVILEGED, "check", path);

    expect([code, /CTR-001 .*\n +privileged is true/.test(stdout)]).toEqual([1, true]);
  });

  test("check reads a pipe, which can be read once", async () => {
    const pipe = join(temporaryFolder(), "pipe");
    execFileSync("mkfifo", [pipe]);
    const [{ code, stdout }] = await Promise.all([policy("check", pipe), writeFile(pipe, PRIVILEGED)]);

    expect([code, /CTR-001 .*\n +privileged is true/.test(stdout)]).toEqual([1, true]);
  });

  test("check judges each of several paths, and the files of -f as one project", async () => {
    const folder = temporaryFolder();
    const one = write(folder, "a.yaml", 'services: {a: {image: "i:1"}}');
    const other = write(folder, "b.yaml", 'services: {b: {image: "i:1"}, a: {privileged: true}}');
    const files = (stdout: string) => JSON.parse(stdout).inputs.map(({ file }: { file: string }) => file);

    expect(files((await policy("check", "--json", one, one)).stdout)).toEqual([one, one]);
    expect(files((await policy("check", "--json", "-f", one, "--file", other)).stdout)).toEqual([
      `${one} + ${other}`,
    ]);
  });

  test("a key that is not understood is named, and ends with an exit code of its own", async () => {
    const file = write(temporaryFolder(), "a.yaml", 'services: {a: {image: "i:1", privilegd: true}}');
    const { code, stdout, stderr } = await policy("check", file);

    expect([code, stderr]).toEqual([3, ""]);
    expect(stdout).toMatch(
      /INP-002 every key and value of a compose file is understood \(.*\)\n +privilegd is no key that is known here; did you mean privileged\?\n/,
    );
    expect(stdout.split("\n").at(-2)).toContain("; not all of it can be judged; ");
  });

  test("one input that cannot be judged hides no other, and is told by the exit code", async () => {
    const folder = temporaryFolder();
    const empty = write(folder, "empty.yaml", "services: {}");
    const { code, stdout, stderr } = await policy("check", empty, write(folder, "a.yaml", PRIVILEGED));

    expect([code, stderr]).toEqual([
      3,
      expect.stringContaining("empty.yaml: there is nothing in it to judge"),
    ]);
    expect(stdout).toMatch(/CTR-001 .*\n +privileged is true/);
  });

  test("annotations name the file and the line of what they are about", async () => {
    const folder = temporaryFolder();
    const main = write(folder, "compose.yaml", 'include: [other.yaml]\nservices:\n  web: {image: "i:1"}\n');
    const other = write(folder, "other.yaml", "\n\nservices:\n  evil: {image: 'i:1', privileged: true}\n");
    const { stdout } = await policy("check", main, "--format", "github");
    const lines = stdout.split("\n").filter((line) => /title=CTR-(001|005) /.test(line));

    expect(lines.map((line) => /file=(.*),line=(\d+)/.exec(line)?.slice(1))).toEqual([
      [other, "4"],
      [other, "4"],
      [main, "3"],
    ]);
  });
});
