import { cpSync, existsSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { projectRoot } from "../../core/home.ts";
import { run } from "../../runners/run.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** The files that the command line is bundled of, and those that the tests of policies read. */
const COPIED = [
  ...[
    "bin",
    "cli",
    "config",
    "constructs",
    "core",
    "runners",
    "firewall",
    "pki",
    "policies",
    "render",
    "services",
    "site",
    "stacks",
  ],
  ...["test/policies", "test/support", "docs/policies.md", "main.ts"],
  ...["package.json", "cdktf.json", "tsconfig.json", "biome.json", "vitest.config.ts"],
];

/** A checkout of this kit as it is now, for one test. */
function checkout(): string {
  const folder = temporaryFolder();
  for (const path of COPIED)
    if (existsSync(join(projectRoot, path)))
      cpSync(join(projectRoot, path), join(folder, path), { recursive: true });
  symlinkSync(join(projectRoot, "node_modules"), join(folder, "node_modules"));
  return folder;
}

const kit = (folder: string, ...args: readonly string[]) =>
  run([process.execPath, join(folder, "bin/exploreiot.js"), "policy", ...args], {
    cwd: folder,
    expected: [0, 1],
  });

/** Full names of the policy tests that fail in a checkout, of four files and all that they read. */
async function failing(folder: string, test: string): Promise<{ passed: number; failed: readonly string[] }> {
  const files = ["index", "catalogue", "examples"]
    .map((name) => `test/policies/${name}.test.ts`)
    .concat(test);
  const { stdout } = await run(
    ["npx", "--no-install", "vitest", "run", "--project", "unit-policies", "--reporter=json", ...files],
    { cwd: folder, expected: [0, 1] },
  );
  const { testResults, numPassedTests } = JSON.parse(stdout) as {
    readonly numPassedTests: number;
    readonly testResults: readonly {
      readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
    }[];
  };
  const failed = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status !== "passed")
    .map(({ fullName }) => fullName);
  return { passed: numPassedTests, failed };
}

function replace(file: string, ...changes: readonly (readonly [string, string])[]): void {
  const text = changes.reduce(
    (before, [from, to]) => {
      expect(before).toContain(from);
      return before.replace(from, to);
    },
    readFileSync(file, "utf8"),
  );
  writeFileSync(file, text);
}

describe("exploreiot policy new", { timeout: 120_000 }, () => {
  test("writes a rule that is found and listed, whose own test fails until it is written", async () => {
    const folder = checkout();
    const [rule, ownTest] = [
      "policies/redis/names-are-short.ts",
      "test/policies/redis/names-are-short.test.ts",
    ];
    const made = await kit(folder, "new", "redis", "names-are-short");

    expect([made.code, made.stderr, made.stdout.split("\n").slice(0, -1)]).toEqual([
      0,
      "",
      [
        `${rule} written`,
        "policies/redis/index.ts written",
        `${ownTest} written`,
        "test/policies/ids.txt written",
        "docs/policies.md written",
        `Next: write ${rule} and ${ownTest}, then docs/policies.md again (UPDATE_DOCS=1 npx vitest run --project unit-policies test/policies/catalogue.test.ts)`,
      ],
    ]);
    // RDS-012 is the last one; the formatter and the compiler have nothing to say about what was written.
    expect((await kit(folder, "list")).stdout).toMatch(
      /^RDS-013 +medium +local, production +names are short$/m,
    );
    await run(["npx", "--no-install", "biome", "check", rule, ownTest, "policies/redis/index.ts"], {
      cwd: folder,
    });
    const before = await failing(folder, ownTest);
    expect(before.failed).toEqual([
      "examples of rules RDS-013 finds what its example avoids, and nothing in what it prefers",
      "RDS-013 names are short rejects 'TODO: one that breaks it'",
      "RDS-013 names are short rejects 'a value known only at apply'",
    ]);

    // The catalogue, as UPDATE_DOCS=1 would write it.
    const texts = [
      ["TODO: what happens to anyone who breaks it.", "A long name is cut off in tables."],
      ["TODO: what breaks it, as it stands in a file", "container_name: storage"],
      ["TODO: the same, put right", "container_name: redis"],
      ["TODO: what would satisfy it", "a name of at most 5 letters"],
      ["TODO: what to do about a finding", "shorten the name"],
      ["TODO: where the fact comes from", "a test"],
    ] as const;
    replace(join(folder, "docs/policies.md"), ...texts);
    replace(
      join(folder, rule),
      ...texts,
      [
        "check: () => [],",
        'check: ({ block }) => must(block, "name", (value) => String(value).length <= 5),',
      ],
      ['from "../policy.ts";', 'from "../policy.ts";\nimport { must } from "../values.ts";'],
    );
    replace(
      join(folder, ownTest),
      [
        'given: {}, evidence: ["TODO: what is found"]',
        `given: { name: "storage" }, evidence: ['name is "storage"']`,
      ],
      ['evidence: ["TODO"]', `evidence: ['name is "\${var.name}", known only at apply']`],
      ['one that is right", given: {}', 'one that is right", given: { name: "redis" }'],
    );
    expect(await failing(folder, ownTest)).toEqual({ passed: before.passed + 3, failed: [] });
  });

  test("refuses in words, and writes nothing", async () => {
    expect(await kit(projectRoot, "new", "redis", "clients-log-in")).toMatchObject({
      code: 1,
      stdout: "",
      stderr:
        "error: policies/redis/clients-log-in.ts: is there already\n  → choose another name, or change that rule\n",
    });
  });
});
