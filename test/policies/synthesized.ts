import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { local } from "../../config/local.ts";
import { parseDeployment } from "../../config/parse.ts";
import type { DeploymentInput } from "../../config/schema.ts";
import type { TerraformElement } from "../../constructs/cdktf.ts";
import { App } from "../../constructs/cdktf.ts";
import { deploymentHome } from "../../core/home.ts";
import { evaluate } from "../../policies/evaluate.ts";
import { filesBelow } from "../../policies/files.ts";
import { policies } from "../../policies/index.ts";
import { readTerraformJson } from "../../policies/inputs/terraform-json.ts";
import { IotStack } from "../../stacks/iot-stack.ts";
import { certify } from "../support/certified.ts";

/** A stack that was written, in a folder that goes when the test ends; so do the secrets made for it. */
export interface Synthesized {
  readonly file: string;
  readonly json: unknown;

  /** Reads the files that the stack delivers, by the paths that stand in `json`. */
  readonly read: (source: string) => string | undefined;
}

/**
 * Synthesizes a deployment as main.ts does.
 *
 * @param change what an escape hatch does to the stack, before it is written
 */
export function synthesized(
  input: DeploymentInput,
  change: (stack: IotStack) => void = () => {},
): Synthesized {
  const outdir = mkdtempSync(join(tmpdir(), "exploreiot-test-"));
  const name = `t-${process.pid}-${input.name}`;
  onTestFinished(() => {
    for (const folder of [outdir, deploymentHome(name)]) rmSync(folder, { recursive: true, force: true });
  });
  const deployment = parseDeployment({ ...input, name }, "test");
  certify(deployment);
  const app = new App({ outdir });
  const stack = new IotStack(app, deployment, { judged: false });
  change(stack);
  app.synth();
  const file = join(outdir, "stacks", name, "cdk.tf.json");
  const below = filesBelow(dirname(file)).read;
  const read = (source: string) =>
    below(source.replace(`.exploreiot/${input.name}/`, `.exploreiot/${name}/`));
  return {
    file,
    read,
    json: JSON.parse(readFileSync(file, "utf8").replaceAll(`${name}/`, `${input.name}/`)),
  };
}

/** The findings in the local deployment after an escape hatch was used, as `ID path: evidence`. */
export function foundIn(change: (stack: IotStack) => void): string[] {
  const { json, read } = synthesized(local, change);
  return evaluate(readTerraformJson(json, { read }), policies)
    .flatMap(({ findings }) => findings)
    .map(({ policy, path, evidence }) => `${policy} ${path}: ${evidence}`);
}

/** The element at a construct path below the stack. */
export function elementAt(stack: IotStack, path: string): TerraformElement {
  const found = stack.node.findAll().find((node) => node.node.path === `${stack.node.id}/${path}`);
  if (found === undefined) throw new Error(`nothing at ${path}`);
  return found as TerraformElement;
}
