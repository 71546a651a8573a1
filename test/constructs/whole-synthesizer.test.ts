import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { ISynthesisSession } from "../../constructs/cdktf.ts";
import { WholeSynthesizer } from "../../constructs/whole-synthesizer.ts";
import { temporaryFolder, write } from "../support/temporary-folder.ts";

/** Writes as cdktf does, and may be stopped in the middle. */
const writing = (text: string, andThen = () => {}) =>
  new WholeSynthesizer({
    synthesize({ outdir }) {
      mkdirSync(join(outdir, "stacks/demo"));
      writeFileSync(join(outdir, "stacks/demo/cdk.tf.json"), text);
      andThen();
    },
  });

const session = (outdir: string) => ({ outdir }) as ISynthesisSession;

test("a stack takes the place of the one before by one rename, and what lies next to it stays", () => {
  const folder = temporaryFolder();
  const file = write(folder, "stacks/demo/cdk.tf.json", "before");
  write(folder, "stacks/demo/compose.yaml", "kept");
  let meanwhile = "";
  const look = () => {
    meanwhile = readFileSync(file, "utf8");
  };
  writing("after", look).synthesize(session(folder));

  expect([meanwhile, readFileSync(file, "utf8")]).toEqual(["before", "after"]);
  expect(readdirSync(folder)).toEqual(["stacks"]);
  expect(readdirSync(join(folder, "stacks/demo")).sort()).toEqual(["cdk.tf.json", "compose.yaml"]);
});

test("a synthesis that fails leaves the stack before, and nothing else", () => {
  const folder = temporaryFolder();
  const file = write(folder, "stacks/demo/cdk.tf.json", "before");
  const fail = () => {
    throw new Error("no space left");
  };

  expect(() => writing("aft", fail).synthesize(session(folder))).toThrow("no space left");
  expect(readFileSync(file, "utf8")).toBe("before");
  expect(readdirSync(folder)).toEqual(["stacks"]);
});
