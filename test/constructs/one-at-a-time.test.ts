import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DockerProvider } from "@cdktf/provider-docker/lib/provider/index.js";
import { Volume } from "@cdktf/provider-docker/lib/volume/index.js";
import { expect, test } from "vitest";
import { App, TerraformStack } from "../../constructs/cdktf.ts";
import { OneAtATime } from "../../constructs/one-at-a-time.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

/** Two volumes, of which one names the other by a token. */
function parts(stack: TerraformStack): void {
  new DockerProvider(stack, "docker", {});
  const first = new Volume(stack, "First", { name: "first" });
  new Volume(stack, "Second", { name: `${first.name}-second`, driver: first.driver, dependsOn: [first] });
}

/** All that cdktf knows by a text. */
const tokens = () =>
  (globalThis as unknown as { __cdktfTokenMap: { stringTokenMap: ReadonlyMap<string, unknown> } })
    .__cdktfTokenMap.stringTokenMap.size;

const jsonOf = (app: App, name: string) =>
  JSON.parse(readFileSync(join(app.outdir, "stacks", name, "cdk.tf.json"), "utf8"));

test("stacks are made one after the other, are as they would be otherwise, and nothing of them is left", () => {
  const app = new App({ outdir: temporaryFolder() });
  /** Each with the volumes and tokens of others that are in memory when it is made. */
  const made: (readonly [string, number, number])[] = [];
  const usual = new TerraformStack(app, "usual");
  parts(usual);
  const shared = new Volume(usual, "Shared", { name: "shared" });
  const text = `${shared.driver}`;
  const later = ["one", "two"].map((name) => {
    const stack = new TerraformStack(app, name);
    const make = () => {
      const volumes = app.node.findAll().filter((part) => part instanceof Volume);
      made.push([name, volumes.filter((volume) => TerraformStack.of(volume) !== usual).length, tokens()]);
      parts(stack);
    };
    stack.synthesizer = new OneAtATime(stack, stack.synthesizer, make);
    return stack;
  });
  // A token from before is known afterwards.
  new Volume(usual, "Named", { name: "named", driver: text });
  app.synth();

  expect(made).toEqual([
    ["one", 0, tokens()],
    ["two", 0, tokens()],
  ]);
  expect(later.map(({ node }) => node.children)).toEqual([[], []]);
  const { First, Second } = jsonOf(app, "usual").resource.docker_volume;
  const without = (volume: { readonly "//": unknown }) => ({ ...volume, "//": undefined });
  for (const name of ["one", "two"]) {
    const { docker_volume } = jsonOf(app, name).resource;
    expect(Object.values(docker_volume as Record<string, never>).map(without)).toEqual(
      [First, Second].map(without),
    );
  }
  expect(jsonOf(app, "usual").resource.docker_volume.Named.driver).toBe("${docker_volume.Shared.driver}");
});

test("a stack that cannot be made is an error of the app", () => {
  const app = new App({ outdir: temporaryFolder() });
  const stack = new TerraformStack(app, "broken");
  stack.synthesizer = new OneAtATime(stack, stack.synthesizer, () => {
    throw new Error("no such thing");
  });

  expect(() => app.synth()).toThrow("no such thing");
});
