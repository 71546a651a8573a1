import { readdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { deleteRecord, readRecord, writeRecord } from "../../engines/record.ts";
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
  engine: "compose",
  fingerprint: "fingerprint",
  containers: { "exploreiot-demo-api": "c1" },
  networks: { "exploreiot-demo-edge": "n1" },
};

test("what was deployed is read back, by whoever may read the home alone", () => {
  const home = join(temporaryFolder(), "home");
  writeRecord(home, "compose", stack, seen);

  expect(readRecord(home)).toEqual(expected);
  expect(readdirSync(home)).toEqual(["deployed.json"]);
  expect([statSync(home), statSync(join(home, "deployed.json"))].map(({ mode }) => mode & 0o777)).toEqual([
    0o700, 0o600,
  ]);
});

test.each(["", "{", '{"engine": "comp'])(
  "a record that says %j is no record: the engine runs once more",
  (text) => {
    const home = temporaryFolder();
    writeFileSync(join(home, "deployed.json"), text);

    expect(readRecord(home)).toBeUndefined();
  },
);

test("a record that is deleted is gone, and may be deleted twice", () => {
  const home = temporaryFolder();
  writeRecord(home, "terraform", stack, seen);
  deleteRecord(home);
  deleteRecord(home);

  expect([readRecord(home), readdirSync(home)]).toEqual([undefined, []]);
});
