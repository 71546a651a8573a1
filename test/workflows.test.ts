import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";

const folder = new URL("../.github/workflows/", import.meta.url);

interface Workflow {
  readonly permissions: unknown;
  readonly jobs: Readonly<
    Record<
      string,
      {
        readonly steps: readonly { readonly uses?: string; readonly run?: string }[];
        readonly strategy?: { readonly matrix: Readonly<Record<string, readonly number[]>> };
        readonly env?: Readonly<Record<string, string>>;
      }
    >
  >;
}

describe.each(readdirSync(folder))("the workflow %s", (name) => {
  const text = readFileSync(new URL(name, folder), "utf8");
  const workflow: Workflow = parse(text);
  const steps = Object.values(workflow.jobs).flatMap(({ steps }) => steps);

  test("names each action by the hash of a commit, with its version next to it", () => {
    const used = text.split("\n").filter((line) => /\buses:/.test(line));

    expect(used.length).toBeGreaterThan(0);
    expect(
      used.filter((line) => !/uses: [\w-]+(\/[\w-]+)+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line)),
    ).toEqual([]);
  });

  test("may read the code and no more, unless a job says so", () => {
    expect(workflow.permissions).toEqual({ contents: "read" });
  });

  test("puts no expression into a shell", () => {
    expect(steps.filter(({ run }) => run?.includes("${{"))).toEqual([]);
  });
});

describe("the project's own CI", () => {
  const { jobs }: Workflow = parse(readFileSync(new URL("ci.yml", folder), "utf8"));
  const runs = (job: string) => jobs[job]?.steps.flatMap(({ run = [] }) => run) ?? [];

  test("runs what a commit has to pass with each Node that is maintained, and the oldest that is allowed", () => {
    expect(jobs.check?.strategy?.matrix).toEqual({ node: [20, 22, 24] });
    expect(runs("check")).toContain("npm run check");
  });

  test("runs each end-to-end test in one of its parts", () => {
    const { part = [] } = jobs.containers?.strategy?.matrix ?? {};

    expect(part).toEqual(part.map((_, index) => index + 1));
    expect(jobs.containers?.env?.PART).toBe(`\${{ matrix.part }}/${part.length}`);
    expect(runs("containers").at(-1)).toContain('--project "e2e*" --shard "$PART"');
  });
});
