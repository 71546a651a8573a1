import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { local } from "../../config/local.ts";
import { production } from "../../config/production.ts";
import type { DeploymentInput } from "../../config/schema.ts";
import { projectRoot } from "../../core/home.ts";
import { TARGETS } from "../../render/parity/guarantees.ts";
import { type Parity, parityOf, parityOutput } from "../../render/parity/report.ts";
import { elementAt } from "../policies/synthesized.ts";
import { markdownTable, withBlock } from "../support/made-block.ts";
import { custom, Sandbox } from "../support/synthesized.ts";

type Input = Omit<DeploymentInput, "name">;

function parity(input: Input, extend?: Parameters<Sandbox["synthesize"]>[1]): Parity {
  const sandbox = new Sandbox();
  onTestFinished(() => sandbox.remove());
  sandbox.synthesize(input, extend);
  return parityOutput.parse(parityOf(sandbox.stack(), sandbox.home));
}

const verdicts = ({ guarantees }: Parity) =>
  Object.fromEntries(
    guarantees.map((one) => [one.id, TARGETS.map((target) => one[target].verdict).join(" ")]),
  );

const ALL = "kept kept kept kept";

describe("the parity report", () => {
  test("says of a production stack what each target keeps", () => {
    expect(verdicts(parity(production))).toEqual({
      "read-only-root": ALL,
      capabilities: ALL,
      "no-new-privileges": "kept kept weakened weakened",
      user: ALL,
      memory: ALL,
      swap: "kept kept lost lost",
      cpus: ALL,
      pids: "lost kept kept lost",
      "open-files": "kept kept kept lost",
      tmpfs: "kept kept weakened weakened",
      init: ALL,
      health: ALL,
      restart: ALL,
      stop: ALL,
      logs: ALL,
      secrets: ALL,
      order: "kept kept weakened weakened",
      ports: "kept kept weakened weakened",
      internal: ALL,
      address: "kept kept weakened weakened",
      data: ALL,
      firewall: "kept kept lost lost",
    });
  });

  test.each<[string, Input]>([
    ["local", local],
    ["production", production],
    ["every freedom of the configuration", custom],
  ])("has a reason for everything that is less: %s", (_, input) => {
    const { guarantees } = parity(input);
    const silent = guarantees.flatMap((one) =>
      TARGETS.filter((target) => one[target].verdict !== "kept" && one[target].reason === undefined).map(
        (target) => `${one.id} of ${target}: ${JSON.stringify(one.services[one[target].services[0] ?? ""])}`,
      ),
    );

    expect(silent).toEqual([]);
  });

  test("asks for what the JSON says, also where somebody overrode it", () => {
    const { guarantees } = parity(local, (stack) =>
      elementAt(stack, "Redis/Service/Container").addOverride("read_only", false),
    );
    const roles = Object.keys(guarantees.find(({ id }) => id === "read-only-root")?.services ?? {});

    expect(roles).toContain("postgres");
    expect(roles).not.toContain("redis");
  });

  test("docs/parity.md is made of it (UPDATE_DOCS=1 writes it)", () => {
    const path = join(projectRoot, "docs/parity.md");
    const page = existsSync(path) ? readFileSync(path, "utf8") : "";
    const made = withBlock(
      page,
      "made by UPDATE_DOCS=1 from render/parity/guarantees.ts",
      tables(parity(production)),
    );
    if (process.env.UPDATE_DOCS) writeFileSync(path, made);
    expect(process.env.UPDATE_DOCS ? made : page).toBe(made);
  });
});

function tables({ guarantees }: Parity): string {
  const reasons = guarantees.flatMap((one) =>
    TARGETS.flatMap((target) => {
      const { verdict, reason = "" } = one[target];
      return verdict === "kept" ? [] : [[one.title, target, verdict, reason]];
    }),
  );
  return [
    markdownTable(
      ["guarantee", ...TARGETS],
      guarantees.map((one) => [one.title, ...TARGETS.map((target) => one[target].verdict)]),
    ),
    markdownTable(["guarantee", "target", "", "why"], reasons),
  ].join("\n\n");
}
