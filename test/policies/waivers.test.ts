import { describe, expect, test } from "vitest";
import { local } from "../../config/local.ts";
import { waive } from "../../constructs/waiver.ts";
import { evaluate } from "../../policies/evaluate.ts";
import { policies } from "../../policies/index.ts";
import { readTerraformJson } from "../../policies/inputs/terraform-json.ts";
import { judgeStack } from "../../policies/judge.ts";
import { definePolicy } from "../../policies/policy.ts";
import { textReport } from "../../policies/reports/text.ts";
import { elementAt, synthesized } from "./synthesized.ts";

const noName = definePolicy({
  id: "TST-001",
  formerly: ["OLD-007"],
  severity: "low",
  title: "nothing has a name",
  why: "A name is a test of its own.",
  avoid: "container_name: one",
  prefer: "restart: always",
  allowed: "no name",
  fix: "remove the name",
  source: "a test",
  looksAt: ["docker_container"],
  check: ({ block }) => (block.name === undefined ? [] : [`name is ${block.name}`]),
});

const at = (id: string) => `demo/docker_container.${id}`;
const REASON = "the vendor's image needs it until release 2";
const TODAY = "2026-06-15";

/** Judges two containers with names; the waivers stand in the settings of the stack and on the first of them. */
function judged(settings: readonly unknown[], onFirst?: unknown) {
  const json = {
    "//": { metadata: { stackName: "demo" }, exploreiot: { waivers: settings } },
    resource: {
      docker_container: {
        A: { "//": { waivers: onFirst }, name: "a" },
        Twin: { name: "a" },
      },
    },
  };
  const reports = evaluate(readTerraformJson(json), [noName], TODAY);
  return {
    open: reports
      .flatMap(({ findings }) => findings)
      .map(({ policy, path, evidence }) => `${policy} ${path}: ${evidence}`),
    waived: reports
      .flatMap(({ waived }) => waived)
      .map(({ path, reason, expires }) => [path, reason, expires]),
  };
}

const sound = { rule: "TST-001", at: at("A"), reason: REASON, expires: "2026-06-15" };

describe("a waiver", () => {
  test("accepts what its rule finds at exactly its place, not on the twin, on its last day too", () => {
    expect(judged([sound])).toEqual({
      open: [`TST-001 ${at("Twin")}: name is a`],
      waived: [[at("A"), REASON, "2026-06-15"]],
    });
  });

  test("is not held to excuse something where its rule has nothing to look at", () => {
    const ofNetworks = definePolicy({ ...noName, id: "TST-002", formerly: [], looksAt: ["docker_network"] });
    const json = (resource: object) => ({
      "//": { metadata: { stackName: "demo" }, exploreiot: { waivers: [{ ...sound, rule: "TST-002" }] } },
      resource: { docker_container: { A: {} }, ...resource },
    });
    const open = (resource: object) =>
      evaluate(readTerraformJson(json(resource)), [noName, ofNetworks], TODAY)
        .flatMap(({ findings }) => findings)
        .map(({ policy, evidence }) => `${policy} ${evidence}`);

    expect([open({}), open({ docker_network: { N: {} } })]).toEqual([
      [],
      ["WVR-003 the waiver of TST-002 excuses nothing"],
    ]);
  });

  test("with a pattern accepts what its rule finds at each place that fits, and no other rule's", () => {
    expect(judged([{ ...sound, at: "demo/*" }]).open).toEqual([]);
    expect(judged([{ ...sound, at: "*.Tw*n" }]).waived).toEqual([[at("Twin"), REASON, "2026-06-15"]]);
  });

  test("with a pattern that fits nothing is a finding, and its dots are dots", () => {
    expect(judged([{ ...sound, at: "demo.docker_container.*" }]).open).toEqual([
      "WVR-003 demo.docker_container.*: the waiver of TST-001 excuses nothing",
      `TST-001 ${at("A")}: name is a`,
      `TST-001 ${at("Twin")}: name is a`,
    ]);
  });

  test("on a resource holds for that resource", () => {
    expect(judged([], [{ rule: "TST-001", reason: REASON, expires: "2026-12-31" }])).toEqual({
      open: [`TST-001 ${at("Twin")}: name is a`],
      waived: [[at("A"), REASON, "2026-12-31"]],
    });
  });

  test.each([
    [
      "that has expired excuses nothing any more",
      { ...sound, expires: "2026-06-14" },
      [`WVR-002 ${at("A")}: the waiver of TST-001 expired on 2026-06-14`, `TST-001 ${at("A")}: name is a`],
    ],
    [
      "for a place where nothing is found is a finding",
      { ...sound, at: "demo/elsewhere" },
      ["WVR-003 demo/elsewhere: the waiver of TST-001 excuses nothing", `TST-001 ${at("A")}: name is a`],
    ],
    [
      "for a rule that does not exist is a finding",
      { ...sound, rule: "TST-999" },
      [`WVR-001 ${at("A")}: TST-999 is not a rule`, `TST-001 ${at("A")}: name is a`],
    ],
    [
      "without a reason that anybody could judge is a finding",
      { ...sound, reason: "because" },
      [
        `WVR-001 demo: {"rule":"TST-001","at":"demo/docker_container.A","reason":"because","expires":"2026-06-15"}: reason: a reason of at least 10 characters that a reviewer can judge`,
        `TST-001 ${at("A")}: name is a`,
      ],
    ],
    [
      "without an end is a finding",
      { ...sound, expires: undefined },
      [
        `WVR-001 demo: {"rule":"TST-001","at":"demo/docker_container.A","reason":"the vendor's image needs it until release 2"}: expires: the last day on which it holds, as "2027-01-31"`,
        `TST-001 ${at("A")}: name is a`,
      ],
    ],
    [
      "that is a text is a finding",
      "x",
      [
        'WVR-001 demo: "x": waiver: Invalid input: expected object, received string',
        `TST-001 ${at("A")}: name is a`,
      ],
    ],
  ])("%s", (_, waiver, expected) => {
    expect(judged([waiver]).open).toEqual([...expected, `TST-001 ${at("Twin")}: name is a`]);
  });
});

describe("a waiver that names its rule by a former id", () => {
  const old = { ...sound, rule: "OLD-007" };

  test("holds, and the report says the id to write", () => {
    const json = {
      "//": { metadata: { stackName: "demo" }, exploreiot: { waivers: [{ ...old, expires: "2999-12-31" }] } },
      resource: { docker_container: { A: { name: "a" } } },
    };
    const judgement = judgeStack(readTerraformJson(json), { file: "cdk.tf.json", text: "" }, [noName]);

    expect(judged([old])).toEqual({
      open: [`TST-001 ${at("Twin")}: name is a`],
      waived: [[at("A"), REASON, "2026-06-15"]],
    });
    expect(
      textReport([judgement], (_, text) => text)
        .split("\n")
        .slice(2, 4),
    ).toEqual([
      `waived until 2999-12-31: TST-001 at ${at("A")}: ${REASON}`,
      `cdk.tf.json: the waiver of OLD-007 at ${at("A")} holds; write TST-001, the rule's id now`,
    ]);
  });

  test("is called by both where it no longer holds or excuses nothing", () => {
    expect(judged([{ ...old, expires: "2026-06-14" }]).open[0]).toBe(
      `WVR-002 ${at("A")}: the waiver of OLD-007, which is TST-001 now, expired on 2026-06-14`,
    );
    expect(judged([{ ...old, at: "demo/elsewhere" }]).open[0]).toBe(
      "WVR-003 demo/elsewhere: the waiver of OLD-007, which is TST-001 now, excuses nothing",
    );
  });
});

describe("waivers travel in the synthesized JSON", () => {
  const BROKER = "Mosquitto/Service/Container";
  const found = ({ json, read }: ReturnType<typeof synthesized>) => {
    const reports = evaluate(readTerraformJson(json, { read }), policies, TODAY);
    return {
      open: reports.flatMap(({ findings }) => findings.map(({ policy, path }) => `${policy} ${path}`)),
      waived: reports.flatMap(({ waived }) => waived.map(({ policy, path }) => `${policy} ${path}`)),
    };
  };
  const pull = (path: string) => (stack: Parameters<typeof elementAt>[0]) =>
    elementAt(stack, path).addOverride("restart", "no");

  test("from a construct", () => {
    const stack = synthesized(local, (stack) => {
      pull(BROKER)(stack);
      pull("Redis/Service/Container")(stack);
      waive(elementAt(stack, BROKER) as Parameters<typeof waive>[0], {
        rule: "CTR-015",
        reason: REASON,
        expires: "2026-12-31",
      });
    });

    expect(found(stack)).toEqual({
      open: ["CTR-015 local/Redis/Service/Container"],
      waived: [`CTR-015 local/${BROKER}`],
    });
  });

  test("from the site file", () => {
    const waivers = [{ rule: "CTR-015", at: `local/${BROKER}`, reason: REASON, expires: "2026-12-31" }];
    const stack = synthesized({ ...local, policies: { waivers } }, pull(BROKER));

    expect(found(stack)).toEqual({ open: [], waived: [`CTR-015 local/${BROKER}`] });
  });
});
