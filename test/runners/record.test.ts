import { readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { kitVersion } from "../../core/kit-version.ts";
import {
  type DeploymentRecord,
  deleteRecord,
  isAsDeclared,
  readRecord,
  writeRecord,
} from "../../runners/record.ts";
import { specHash } from "../../runners/stack.ts";
import { containerSpec, stackOf } from "../support/stack.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const stack = stackOf([containerSpec("api"), containerSpec("absent")]);
const seen = {
  images: new Map(),
  containers: new Map([
    [
      "exploreiot-demo-api",
      {
        Id: "c1",
        Name: "/exploreiot-demo-api",
        NetworkSettings: { Networks: { "exploreiot-demo-edge": { NetworkID: "n1" } } },
      } as never,
    ],
  ]),
};
const expected = {
  runner: "compose",
  kit: kitVersion(),
  fingerprint: "fingerprint",
  containers: { "exploreiot-demo-api": "c1" },
  networks: { "exploreiot-demo-edge": "n1" },
  specs: { c1: specHash(containerSpec("api")) },
};

test("what was deployed is read back, by anyone who may read the home alone", () => {
  const home = join(temporaryFolder(), "home");
  writeRecord(home, "compose", stack, seen);

  expect(readRecord(home)).toEqual(expected);
  expect(readdirSync(home)).toEqual(["deployed.json"]);
  expect([statSync(home), statSync(join(home, "deployed.json"))].map(({ mode }) => mode & 0o777)).toEqual([
    0o700, 0o600,
  ]);
});

test.each(["", "{", '{"runner": "comp'])(
  "a record that says %j is no record: the runner runs once more",
  (text) => {
    const home = temporaryFolder();
    writeFileSync(join(home, "deployed.json"), text);

    expect(readRecord(home)).toBeUndefined();
  },
);

test("a record of version 0.1.0, which called the runner an engine, is read", () => {
  const home = temporaryFolder();
  const { runner, kit: _, ...rest } = expected;
  writeFileSync(join(home, "deployed.json"), JSON.stringify({ engine: runner, ...rest }));

  expect(readRecord(home)).toEqual({ ...expected, kit: "0.1.0" });
});

test("a record that is deleted is gone, and may be deleted twice", () => {
  const home = temporaryFolder();
  writeRecord(home, "terraform", stack, seen);
  deleteRecord(home);
  deleteRecord(home);

  expect([readRecord(home), readdirSync(home)]).toEqual([undefined, []]);
});

describe("a container is known to be as declared", () => {
  const api = containerSpec("api");
  const [now, before] = [specHash(api), specHash(containerSpec("api", { block: { memory: 1 } }))];
  const found = (label?: string) => ({
    Id: "c1",
    Config: { Image: "x", Labels: label === undefined ? null : { "exploreiot.spec": label } },
  });
  const recorded = (specs: Readonly<Record<string, string>>): DeploymentRecord => ({
    ...expected,
    runner: "compose",
    specs,
  });

  test.each([
    { by: "the record", label: undefined, record: recorded({ c1: now }), known: true },
    { by: "its label, where no record tells of it", label: now, record: recorded({ c2: now }), known: true },
    { by: "its label, without a record", label: now, record: undefined, known: true },
    {
      by: "the record before the label: it may have been changed in place",
      label: now,
      record: recorded({ c1: before }),
      known: false,
    },
    { by: "nothing", label: undefined, record: undefined, known: false },
    { by: "a label of another configuration", label: before, record: undefined, known: false },
    // As written before there were specs.
    {
      by: "an older record",
      label: undefined,
      record: { ...recorded({}), specs: undefined as never },
      known: false,
    },
  ])("by $by", ({ label, record, known }) => {
    expect(isAsDeclared(api, found(label), record)).toBe(known);
  });
});
