import { execFile } from "node:child_process";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { projectRoot } from "../../core/home.ts";
import { temporaryFolder, write } from "../support/temporary-folder.ts";

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function policy(...args: readonly string[]): Promise<Ended> {
  const { FORCE_COLOR: _, ...env } = process.env;
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [join(projectRoot, "bin/exploreiot.js"), "policy", ...args],
      { env, maxBuffer: 64 * 1024 ** 2 },
      (error, stdout, stderr) => resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
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
    expect(stdout).toContain(
      "services.a: API_KEY has a value\n    SEC-001 (critical) no variable with the name",
    );
    expect(stdout).not.toContain("hunter2");
    expect(stdout.split("\n").at(-2)).toMatch(/^\d+ rules: \d+ satisfied, \d+ violated with \d+ findings, /);
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
      'export const own = { id: "ACME-001", severity: "info", title: "t", allowed: "a", fix: "f", source: "s", looksAt: ["null_resource"], check: () => ["seen"] };';
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
    const [list, explain, former, unknown] = await Promise.all([
      policy("list", "--json"),
      policy("explain", "net-004"),
      policy("explain", "CTR-036"),
      policy("explain", "NET-999"),
    ]);
    const ids: string[] = JSON.parse(list.stdout).map(({ id }: { id: string }) => id);

    expect(ids).toEqual(expect.arrayContaining(["INP-001", "WVR-003", "NET-004", "SEC-001"]));
    expect(explain.stdout).toMatch(
      /^NET-004 \(high\) .*\n {2}allowed: .*\n {2}fix: .*\n {2}source: .*\n {2}looks at: .*\n {2}enforced in: .*\n$/,
    );
    expect(former.stdout.split("\n").slice(0, 2)).toEqual([
      "PRV-020 (low) containers are started and kept; only jobs end",
      "  formerly:    CTR-036",
    ]);
    expect(unknown).toEqual({
      code: 1,
      stdout: "",
      stderr: "error: NET-999: no rule has this id\n  → exploreiot policy list names every rule\n",
    });
  });

  test("an input that cannot be judged is an error that says what can be, never a pass", async () => {
    const { code, stdout, stderr } = await policy("check", write(temporaryFolder(), "a.yaml", "kind: Pod\n"));

    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr).toContain("a.yaml: is none of these: Terraform JSON");
  });
});
