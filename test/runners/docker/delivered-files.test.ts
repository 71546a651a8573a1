import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { fileChanges } from "../../../runners/docker/delivered-files.ts";
import { temporaryFolder, write } from "../../support/temporary-folder.ts";

const hash = (text: string) => createHash("sha256").update(text).digest("hex").slice(0, 12);

test("a file that is not made yet differs from what was delivered, and is no fault of the kit", () => {
  const folder = temporaryFolder();
  write(folder, "same", "one");
  const uploads = [
    { file: "/incoming/same", source: "same" },
    { file: "/incoming/gone", source: "gone" },
    { file: "/incoming/public", content: "two" },
  ];
  const found = Object.fromEntries(
    ["same", "gone", "public"].map((name) => [
      `/run/exploreiot/${name}`,
      hash(name === "same" ? "one" : "before"),
    ]),
  );

  expect(fileChanges({ uploads }, found, folder)).toEqual([
    { setting: "file./run/exploreiot/gone", declared: "not on this machine yet", found: hash("before") },
    { setting: "file./run/exploreiot/public", declared: hash("two"), found: hash("before") },
  ]);
});
