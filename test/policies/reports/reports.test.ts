import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import Ajv from "ajv-draft-04";
import addFormats from "ajv-formats";
import { XMLParser } from "fast-xml-parser";
import { describe, expect, test } from "vitest";
import { UserError } from "../../../core/errors.ts";
import { readTerraformJson } from "../../../policies/inputs/terraform-json.ts";
import { judgeStack } from "../../../policies/judge.ts";
import { definePolicy } from "../../../policies/policy.ts";
import { githubReport } from "../../../policies/reports/github.ts";
import { jsonReport } from "../../../policies/reports/json.ts";
import { stopping } from "../../../policies/reports/judgement.ts";
import { junitReport } from "../../../policies/reports/junit.ts";
import { sarifReport } from "../../../policies/reports/sarif.ts";
import { quietReport, textReport } from "../../../policies/reports/text.ts";

const named = definePolicy({
  id: "TST-001",
  severity: "high",
  title: "nothing has a name, % or <",
  why: "A name is a test of its own.",
  avoid: "container_name: one",
  prefer: "restart: always",
  allowed: "no name",
  fix: "remove the name",
  source: "a test",
  looksAt: ["docker_container"],
  check: ({ block }) => (block.name === undefined ? [] : [`name is "${block.name}"`]),
});
const others = [
  { ...named, id: "TST-002", severity: "low", title: "relaxed here", enforcedIn: ["production"] },
  { ...named, id: "TST-003", formerly: ["OLD-007"], title: "looks at nothing", looksAt: ["docker_volume"] },
  { ...named, id: "TSU-001", looksAt: ["docker_volume"] },
  { ...named, id: "TSU-002", looksAt: ["docker_service"] },
  {
    ...named,
    id: "TST-004",
    title: "cannot be known",
    check: () => [{ notEnforceable: "only when it runs" }],
  },
] as const;

const labels = [{ label: "exploreiot.env", value: "local" }];
const json = {
  "//": {
    metadata: { stackName: "demo" },
    exploreiot: {
      waivers: [{ rule: "TST-001", at: "demo/B", reason: "a reason to judge", expires: "9999-12-31" }],
    },
  },
  resource: {
    docker_container: {
      A: { "//": { metadata: { path: "demo/A" } }, name: "a\nb", labels },
      B: { "//": { metadata: { path: "demo/B" } }, name: "b", labels },
      C: { "//": { metadata: { path: "demo/C" } }, labels },
    },
  },
};
const text = JSON.stringify(json, null, 2);
const judgement = judgeStack(readTerraformJson(json), { file: "out/cdk.tf.json", text }, [named, ...others]);
const LINE = text.split("\n").findIndex((line) => line.includes('"path": "demo/A"')) + 1;

const refused = [new UserError("b.yaml: a < b\nis wrong", "fix it")];

function sarifSchema() {
  const schema = createRequire(import.meta.url).resolve(
    "@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json",
  );
  const ajv = new Ajv.default({ strict: false, unicodeRegExp: false });
  addFormats.default(ajv);
  return ajv.compile(JSON.parse(readFileSync(schema, "utf8")));
}

describe("a judgement is reported", () => {
  test("to people: by service, then what was waived, relaxed and not known, and the sum", () => {
    expect(textReport([judgement], (_, said) => said)).toBe(`out/cdk.tf.json (profile kit, environment local)

demo/A
  high      TST-001 nothing has a name, % or < (out/cdk.tf.json:${LINE})
            name is "a\\nb"
            fix: remove the name

waived until 9999-12-31: TST-001 at demo/B: a reason to judge
out/cdk.tf.json: relaxed in environment local: TST-002 (2)
not known from this input: TST (1 rule); --format json says why

1 finding: 1 high; 1 waived`);
  });

  test("as JSON, with the status of every rule", () => {
    const [input] = JSON.parse(jsonReport([judgement])).inputs;

    expect(
      input.rules.map(({ id, status, examined }: Record<string, unknown>) => [id, status, examined]),
    ).toEqual([
      ["INP-001", "satisfied", 4],
      ["INP-002", "nothing to judge", 0],
      ["WVR-001", "satisfied", 1],
      ["WVR-002", "satisfied", 1],
      ["WVR-003", "satisfied", 1],
      ["TST-001", "violated", 3],
      ["TST-002", "relaxed", 3],
      ["TST-003", "nothing to judge", 0],
      ["TSU-001", "nothing to judge", 0],
      ["TSU-002", "nothing to judge", 0],
      ["TST-004", "not enforceable", 3],
    ]);
  });

  test("as SARIF that its schema accepts, with line, place, level and what was waived as suppressed", () => {
    const log = JSON.parse(sarifReport([judgement]));
    const validate = sarifSchema();

    expect([validate(log), validate.errors]).toEqual([true, null]);
    expect(validate({ ...log, version: "2" })).toBe(false);
    expect(log.runs[0].results).toMatchObject([
      {
        ruleId: "TST-001",
        level: "error",
        message: { text: 'demo/A: name is "a\nb". Fix: remove the name.' },
        locations: [
          {
            physicalLocation: { artifactLocation: { uri: "out/cdk.tf.json" }, region: { startLine: LINE } },
            logicalLocations: [{ fullyQualifiedName: "demo/A" }],
          },
        ],
        partialFingerprints: { "exploreiot/v1": expect.stringMatching(/^[0-9a-f]{64}$/) },
      },
      {
        ruleId: "TST-001",
        suppressions: [{ kind: "external", justification: "until 9999-12-31: a reason to judge" }],
      },
    ]);
    expect(log.runs[0].results).toHaveLength(2);
    expect(
      log.runs[0].tool.driver.rules.flatMap(({ id, deprecatedIds }: Record<string, unknown>) =>
        deprecatedIds === undefined ? [] : [[id, deprecatedIds]],
      ),
    ).toEqual([["TST-003", ["OLD-007"]]]);
  });

  test.each([
    ["next to findings", [judgement], 2],
    ["alone", [], 0],
  ])("what could not be read fails in every format, %s", (_, judgements, findings) => {
    const log = JSON.parse(sarifReport(judgements, refused));
    const validate = sarifSchema();
    const { testsuites } = new XMLParser({ ignoreAttributes: false }).parse(junitReport(judgements, refused));
    const suites = [testsuites.testsuite].flat();

    expect([validate(log), validate.errors]).toEqual([true, null]);
    expect(log.runs[0].results).toHaveLength(findings);
    expect(log.runs[0].invocations).toEqual([
      {
        executionSuccessful: false,
        toolExecutionNotifications: [
          { level: "error", message: { text: "b.yaml: a < b\nis wrong\n  → fix it" } },
        ],
      },
    ]);
    expect(suites).toHaveLength(judgements.length + 1);
    expect(suites.at(-1)).toEqual({
      ...{ "@_name": "what cannot be judged", "@_tests": "1", "@_errors": "1" },
      testcase: {
        ...{ "@_classname": "input", "@_name": "b.yaml: a < b" },
        error: { "@_message": "b.yaml: a < b", "#text": "b.yaml: a < b\nis wrong\n  → fix it" },
      },
    });
    expect(githubReport(judgements, refused).split("\n").at(-1)).toBe(
      "::error title=cannot be judged::b.yaml: a < b%0Ais wrong%0A  → fix it",
    );
  });

  test("a run that judged all of it succeeded", () => {
    expect(JSON.parse(sarifReport([judgement])).runs[0].invocations).toEqual([
      { executionSuccessful: true, toolExecutionNotifications: [] },
    ]);
  });

  test("as JUnit XML: a case for each rule, a failure for each finding", () => {
    const { testsuites } = new XMLParser({ ignoreAttributes: false }).parse(junitReport([judgement]));
    const { testcase, ...suite } = testsuites.testsuite;

    expect(suite).toEqual({
      "@_name": "out/cdk.tf.json",
      "@_tests": "11",
      "@_failures": "1",
      "@_skipped": "6",
    });
    expect(testcase[5]).toEqual({
      "@_classname": "TST",
      "@_name": "TST-001 nothing has a name, % or <",
      failure: {
        "@_message": "1 finding",
        "@_type": "high",
        "#text": 'demo/A: name is "a\nb"\nallowed: no name\nfix: remove the name',
      },
    });
    expect(testcase.map((each: object) => "skipped" in each)).toEqual([
      false,
      true,
      ...Array(4).fill(false),
      ...Array(5).fill(true),
    ]);
  });

  test("what stops nothing is told by JUnit and fails nothing", () => {
    const judged = judgeStack(readTerraformJson(json), { file: "f", text }, [named], "critical");
    const { testsuites } = new XMLParser({ ignoreAttributes: false }).parse(junitReport([judged]));
    const { testcase, ...suite } = testsuites.testsuite;

    expect(suite["@_failures"]).toBe("0");
    expect(testcase.at(-1)).toEqual({
      "@_classname": "TST",
      "@_name": "TST-001 nothing has a name, % or <",
      "system-out": 'demo/A: name is "a\nb"\nallowed: no name\nfix: remove the name',
    });
    expect([githubReport([judged]), quietReport([judged])]).toEqual(["", ""]);
  });

  test("what weighs less than its rule does is reported and stopped at as what it weighs", () => {
    const lighter = definePolicy({ ...named, check: () => [{ severity: "low", text: "on loopback" }] });
    const judged = (stopAt: "high" | "low") =>
      judgeStack(readTerraformJson(json), { file: "f", text }, [lighter], stopAt);

    expect([stopping([judged("high")]), stopping([judged("low")])]).toEqual([0, 2]);
    expect(textReport([judged("low")], (_, said) => said)).toContain("low       TST-001 nothing has a name");
    expect(JSON.parse(sarifReport([judged("low")])).runs[0].results[0].level).toBe("note");
  });

  test("as GitHub annotations, on one line each", () => {
    expect(githubReport([judgement])).toBe(
      `::error file=out/cdk.tf.json,line=${LINE},title=TST-001 nothing has a name%2C %25 or <::demo/A: name is "a%0Ab"%0Aallowed: no name%0Afix: remove the name`,
    );
  });

  test("and stops from the severity on that it is asked for", () => {
    const at = (stopAt: "critical" | "high") =>
      stopping([judgeStack(readTerraformJson(json), { file: "f", text }, [named], stopAt)]);

    expect([at("critical"), at("high")]).toEqual([0, 1]);
  });
});
