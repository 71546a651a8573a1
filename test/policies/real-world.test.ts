import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { evaluate } from "../../policies/evaluate.ts";
import { policies } from "../../policies/index.ts";
import { loadInputs } from "../../policies/inputs/load.ts";

const folder = join(import.meta.dirname, "real-world");
const fixtures = readdirSync(folder).filter((name) => /\.(yaml|tf\.json)$/.test(name));

/** Everything that is found in one stack, as `ID severity path: evidence`. */
const foundIn = (fixture: string) =>
  loadInputs({ paths: [join(folder, fixture)] }).inputs.flatMap(({ stack }) =>
    evaluate(stack, policies)
      .flatMap(({ findings }) => findings)
      .map(
        ({ policy, severity, path, evidence }) =>
          `${policy} ${severity} ${path}: ${evidence.replaceAll(folder, "…")}`,
      ),
  );

/**
 * Stacks in the manner of well-known ones, written for this test after their bad defaults: anonymous brokers,
 * databases for everybody, default passwords, `latest`, open statistics pages, the engine's socket. The file
 * `NAME.findings` next to each holds what must be found in it: all of it, and nothing else.
 */
describe("a stack with the bad defaults of many", () => {
  test.each(fixtures)("%s: exactly these findings", (fixture) => {
    const expected = readFileSync(join(folder, `${fixture}.findings`), "utf8")
      .trimEnd()
      .split("\n");

    // Their order is that of the rules and of the services, which tests of both are about.
    expect([...foundIn(fixture)].sort()).toEqual(expected.sort());
  });

  test.each([
    ["hobby-hub.yaml", ["MQT-001", "NET-006", "IMG-002", "CTR-024", "SEC-001"]],
    ["dashboard-platform.yaml", ["SEC-008", "NET-006", "IMG-002", "CTR-003", "SEC-002", "RDS-001"]],
    ["radio-network.yaml", ["MQT-001", "PGS-001", "IMG-002", "RDS-001"]],
    ["template-broker.yaml", ["IMG-002", "CTR-044"]],
    ["cache-app.tf.json", ["NET-006", "RDS-001", "IMG-002", "TLS-013"]],
    ["database-modules.tf.json", ["NET-006", "PGS-006", "CTR-017", "CTR-024"]],
  ])("%s: what it is known for is among them", (fixture, ids) => {
    expect(foundIn(fixture).map((line) => line.slice(0, 7))).toEqual(expect.arrayContaining(ids));
  });
});
