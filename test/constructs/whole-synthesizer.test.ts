import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { App, type IStackSynthesizer, TerraformStack } from "../../constructs/cdktf.ts";
import { WholeSynthesizer } from "../../constructs/whole-synthesizer.ts";
import { temporaryFolder, write } from "../support/temporary-folder.ts";

/** Writes into `folder` as cdktf does, notes something, and may be stopped in the middle. */
function synthesize(folder: string, text: string, andThen = () => {}) {
  const stack = new TerraformStack(new App({ outdir: folder }), "demo");
  const { manifest, outdir } = App.of(stack);
  const writing: IStackSynthesizer = {
    synthesize(session) {
      const place = session.manifest.forStack(stack);
      mkdirSync(join(session.outdir, place.workingDirectory), { recursive: true });
      (place as { annotations: unknown }).annotations = ["noted"];
      writeFileSync(join(session.outdir, place.synthesizedStackPath), text);
      andThen();
    },
  };
  stack.synthesizer = writing;
  new WholeSynthesizer(stack).synthesize({ outdir, manifest });
  return manifest.forStack(stack);
}

test("a stack takes the place of the one before by one rename, and what lies next to it stays", () => {
  const folder = temporaryFolder();
  const file = write(folder, "stacks/demo/cdk.tf.json", "before");
  write(folder, "stacks/demo/compose.yaml", "kept");
  let meanwhile = "";
  const look = () => {
    meanwhile = readFileSync(file, "utf8");
  };
  const { annotations, synthesizedStackPath } = synthesize(folder, "after", look);

  expect([meanwhile, readFileSync(file, "utf8")]).toEqual(["before", "after"]);
  expect([annotations, synthesizedStackPath]).toEqual([["noted"], "stacks/demo/cdk.tf.json"]);
  expect(readdirSync(folder)).toEqual(["stacks"]);
  expect(readdirSync(join(folder, "stacks/demo")).sort()).toEqual(["cdk.tf.json", "compose.yaml"]);
});

test("a synthesis that fails leaves the stack before, and nothing else", () => {
  const folder = temporaryFolder();
  const file = write(folder, "stacks/demo/cdk.tf.json", "before");
  const fail = () => {
    throw new Error("no space left");
  };

  expect(() => synthesize(folder, "aft", fail)).toThrow("no space left");
  expect(readFileSync(file, "utf8")).toBe("before");
  expect(readdirSync(join(folder, "stacks/demo"))).toEqual(["cdk.tf.json"]);
});
