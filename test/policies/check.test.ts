import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readBaseline, since, writeBaseline } from "../../policies/baseline.ts";
import { type CheckRequest, check } from "../../policies/check.ts";
import { policies } from "../../policies/index.ts";
import { findingsOf, type Judgement, stoppingIn, verdictOf } from "../../policies/reports/judgement.ts";
import { readSettings } from "../../policies/settings.ts";
import { temporaryFolder, write } from "../support/temporary-folder.ts";

const judged = (paths: readonly string[], asked: Partial<CheckRequest> = {}) =>
  check({ paths, rules: policies, skip: [], ...asked });

/** `RULE severity place` of everything that is found. */
const found = (judgements: readonly Judgement[]) =>
  judgements.flatMap((judgement) =>
    findingsOf(judgement).map(({ finding }) => `${finding.policy} ${finding.severity} ${finding.path}`),
  );

const compose = (text: string, name = "compose.yaml") => write(temporaryFolder(), name, text);

const settings = (text: string) => readSettings(write(temporaryFolder(), "exploreiot-policies.yaml", text));

const TWO = "services:\n  a: {image: 'i:1', privileged: true}\n  b: {image: 'i:1', privileged: true}\n";

describe("profiles", () => {
  const profileOf = (path: string) =>
    judged([path]).judgements.map(({ profile, stopAt }) => [profile, stopAt]);

  test.each([
    ["a compose file", "compose.yaml", TWO, "compose", "medium"],
    [
      "a file that the kit has rendered",
      "compose.yaml",
      "services: {a: {image: 'i:1', labels: {exploreiot.role: backend}}}",
      "kit",
      "low",
    ],
    ["Terraform's JSON", "a.tf.json", '{"resource": {"docker_container": {"A": {}}}}', "terraform", "medium"],
  ])("of %s is the one that fits", (_, name, text, profile, stopAt) => {
    expect(profileOf(compose(text, name))).toEqual([[profile, stopAt]]);
  });

  test("of files of a machine is docker-host, next to a stack that has its own", () => {
    const folder = temporaryFolder();
    write(folder, "daemon.json", '{"icc": true}');
    expect(judged([folder]).judgements.map(({ profile }) => profile)).toEqual(["docker-host"]);

    write(folder, "compose.yaml", TWO);
    write(folder, ".gitignore", "node_modules\n");
    const { judgements } = judged([folder]);
    expect(judgements.map(({ profile }) => profile)).toEqual(["compose", "compose"]);
    expect(found(judgements)).toContain("DMN-001 medium daemon.json");
    // The state of Terraform is no matter of who has none.
    expect(found(judgements).join()).not.toContain("STA-003");
  });

  test("ask nobody else for what is the kit's own", () => {
    const ids = (profile: "kit" | "compose" | "docker-host") =>
      judged([compose(TWO)], { profile }).judgements.flatMap(({ reports }) =>
        reports.map(({ policy }) => policy.id),
      );
    expect(ids("kit")).toEqual(expect.arrayContaining(["CTR-039", "PRV-001", "CTR-001"]));
    expect(ids("compose")).not.toEqual(expect.arrayContaining(["CTR-039"]));
    expect(ids("compose")).toContain("CTR-001");
    expect(new Set(ids("docker-host").map((id) => id.slice(0, 3)))).toEqual(
      new Set(["INP", "WVR", "DMN", "FWL", "SWM"]),
    );
  });
});

describe("rules are chosen", () => {
  const file = () => compose(TWO);

  test.each([
    ["by id", { only: ["CTR-001"] }, ["CTR-001 critical services.a", "CTR-001 critical services.b"]],
    ["by letters, less one", { only: ["img"], skip: ["IMG-001", "IMG-003"] }, []],
    [
      "by the folder of their family",
      { only: ["images"], skip: ["IMG-003"], stopAt: "high" as const },
      ["IMG-001 high services.a", "IMG-001 high services.b"],
    ],
    ["by a former id", { only: ["CTR-036"] }, []],
  ])("%s", (_, asked, expected) => {
    expect(found(judged([file()], asked).judgements)).toEqual(expected);
  });

  test("what is switched off is told", () => {
    expect(judged([file()], { skip: ["volumes", "CTR-001"] }).judgements[0]?.skipped).toEqual(
      expect.arrayContaining(["CTR-001", "VOL-001"]),
    );
  });

  test.each([
    ["NOPE-001", "NOPE-001: no rule and no family is called so; allowed: an id such as CTR-001"],
    ["INP-001", "INP-001: always judges; allowed: rules other than INP and WVR"],
    ["WVR", "WVR: always judges"],
  ])("%s is refused", (name, message) => {
    expect(() => judged([file()], { skip: [name] })).toThrow(message);
  });

  test("in the compose file itself, and a name that is none there is refused for it alone", () => {
    const own = compose(`x-exploreiot: {only: [CTR-001], levels: {CTR-001: low}, stopAt: low}\n${TWO}`);
    const wrong = compose(`x-exploreiot: {skip: [CTX]}\n${TWO}`);
    const { judgements, refused } = judged([own, wrong]);

    expect(found(judgements)).toEqual(["CTR-001 low services.a", "CTR-001 low services.b"]);
    expect(refused.map(({ message }) => message)).toEqual([
      expect.stringContaining("CTX: no rule and no family is called so"),
    ]);
  });

  test("in x-exploreiot by keys that are known, or nobody can judge", () => {
    const { judgements } = judged([compose(`x-exploreiot: {skips: [CTR-001]}\n${TWO}`)]);

    expect(verdictOf(judgements)).toBe("cannot judge");
    expect(found(judgements)).toContain("INP-002 critical x-exploreiot");
  });
});

describe("a file of settings", () => {
  test("says profile, level, threshold, rules; what is asked for counts before it", () => {
    const said = settings(
      "profile: compose\nstopAt: high\nonly: [CTR-001, IMG-001]\nskip: [IMG]\nlevels: {CTR-001: medium}\n",
    );
    const file = compose(TWO);
    const at = (asked: Partial<CheckRequest>) =>
      judged([file], { settings: said, ...asked }).judgements.map((judgement) => [
        judgement.stopAt,
        found([judgement]),
        stoppingIn(judgement).length,
      ]);

    const both = ["CTR-001 medium services.a", "CTR-001 medium services.b"];
    expect(at({})).toEqual([["high", both, 0]]);
    expect(at({ stopAt: "medium" })).toEqual([["medium", both, 2]]);
    expect(at({ only: ["IMG-002"] })).toEqual([["high", [], 0]]);
  });

  test("gives a level to findings that weigh less than their rule too", () => {
    const loopback = compose("services: {r: {image: 'redis:7.4'}}");
    const weigh = (text: string) =>
      found(judged([loopback], { settings: settings(text), only: ["RDS-001"] }).judgements);

    expect(weigh("{}")).toEqual(["RDS-001 medium services.r"]);
    expect(weigh("levels: {RDS: info}")).toEqual(["RDS-001 info services.r"]);
  });

  test.each([
    ["stopAt: sometimes", "stopAt: Invalid option"],
    ["skips: []", 'the file: Unrecognized key: "skips"'],
    [
      "waivers: [{rule: CTR-001, at: '*', reason: 'no', expires: 2099-01-01}]",
      "waivers.0.reason: a reason of",
    ],
    ["only: [", "exploreiot-policies.yaml: Flow sequence"],
  ])("that nobody understands is refused: %s", (text, message) => {
    expect(() => settings(text)).toThrow(message);
  });
});

describe("waivers of a file of settings", () => {
  const waive = (rule: string, at: string, expires = "2099-01-31") =>
    settings(
      `waivers:\n  - {rule: ${rule}, at: "${at}", reason: "the images need it so", expires: ${expires}}\n`,
    );

  test("hold by pattern, in every input", () => {
    const two = compose(TWO);
    const one = compose("services: {c: {image: 'i:1'}}");
    const { judgements } = judged([two, one], {
      settings: waive("CTR-001", "services.*"),
      only: ["CTR-001"],
    });

    expect(found(judgements)).toEqual([]);
    expect(judgements[0]?.reports.flatMap(({ waived }) => waived.map(({ path }) => path))).toEqual([
      "services.a",
      "services.b",
    ]);
  });

  test("are told at their line where they excuse nothing in any input, have expired, or name no rule", () => {
    const about = (file: ReturnType<typeof waive>) =>
      judged([compose(TWO)], { settings: file, only: ["CTR-001"] }).judgements.flatMap((judgement) =>
        findingsOf(judgement)
          .filter(({ finding }) => finding.policy.startsWith("WVR"))
          .map(({ finding }) => [finding.policy, finding.evidence, judgement.placeOf(finding).line]),
      );

    expect(about(waive("CTR-001", "services.z"))).toEqual([
      ["WVR-003", "the waiver of CTR-001 excuses nothing", 2],
    ]);
    expect(about(waive("CTR-001", "services.a", "2024-01-31"))).toEqual([
      ["WVR-002", "the waiver of CTR-001 expired on 2024-01-31", 2],
    ]);
    expect(about(waive("XXX-001", "services.a"))).toEqual([["WVR-001", "XXX-001 is not a rule", 2]]);
    // A rule that is not asked excuses nothing, and that is no mistake of the waiver.
    expect(about(waive("IMG-001", "services.a"))).toEqual([]);
  });
});

describe("a baseline", () => {
  test("knows what was there, wherever the folder is, and what is new fails", () => {
    const folders = [temporaryFolder(), temporaryFolder()];
    const [here, there] = folders.map((folder) => {
      mkdirSync(join(folder, "stack"));
      return join(folder, "baseline.json");
    }) as [string, string];
    const text = "services:\n  a: {image: 'i:1', volumes: ['./data:/data']}\n";
    const stacks = folders.map((folder) => write(folder, "stack/compose.yaml", text)) as [string, string];
    const before = judged([stacks[0]]).judgements;
    expect(writeBaseline(here, before)).toBe(found(before).length);
    write(folders[1] as string, "baseline.json", readFileSync(here, "utf8"));
    expect(readFileSync(here, "utf8")).not.toContain(folders[0]);

    const again = judged([stacks[1]], { baseline: readBaseline(there) }).judgements;
    expect([found(again), verdictOf(again)]).toEqual([[], "nothing to fix"]);
    expect(again.flatMap(({ reports }) => reports.flatMap(({ known }) => known)).length).toBe(
      found(before).length,
    );

    write(folders[1] as string, "stack/compose.yaml", text.replace("image", "privileged: true, image"));
    const changed = judged([stacks[1]], { baseline: readBaseline(there) }).judgements;
    expect(found(changed)).toEqual(["CTR-001 critical services.a"]);
  });

  test("excuses nothing that cannot be judged", () => {
    const { judgements } = judged([compose("services: {a: {image: 'i:1', privilegd: true}}")]);
    const file = join(temporaryFolder(), "baseline.json");
    writeBaseline(file, judgements);

    expect(readFileSync(file, "utf8")).not.toContain("INP-002");
    expect(verdictOf(judgements.map((one) => since(one, readBaseline(file))))).toBe("cannot judge");
  });

  test.each([
    ["no JSON", "{", "cannot be read as a baseline"],
    ["another file", '{"version": 2}', "is no baseline: version"],
  ])("that is %s is refused", (_, text, message) => {
    expect(() => readBaseline(write(temporaryFolder(), "b.json", text))).toThrow(message);
  });
});

test("what is said is the same in every folder that somebody checks out into", () => {
  const text =
    "services:\n  a: {image: 'i:1', build: ., volumes: ['.:/src', './conf:/conf'], env_file: missing.env}\nvolumes: {v: {}}\n";
  const [one, other] = [temporaryFolder(), temporaryFolder()].map((folder) => {
    const { judgements } = judged([write(folder, "compose.yaml", text)]);
    return judgements.flatMap(({ reports }) =>
      reports.map(({ policy, findings, notEnforceable }) => [policy.id, findings, notEnforceable]),
    );
  });

  expect(JSON.stringify(one)).toContain("./conf");
  expect(one).toEqual(other);
});
