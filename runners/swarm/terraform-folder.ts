import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { replaceFile } from "../../core/private-files.ts";
import type { RunnerContext } from "../runner.ts";
import type { Variables } from "./variables.ts";

/** In the deployment's own directory: the document, its variables, and the state. */
export const FOLDER = "swarm-terraform";
export const DOCUMENT = "main.tf.json";
const VARIABLES = "terraform.tfvars.json";

/** The same deployment for the code of one machine, which looks for its files in the stack's folder and the state at home. */
export function inFolder<T extends Pick<RunnerContext, "stack" | "home">>(context: T): T {
  const folder = join(context.home, FOLDER);
  return { ...context, stack: { ...context.stack, folder, backend: "local" }, home: folder };
}

/** Writes what Terraform reads, for this user alone. */
export function writeFolder(folder: string, document: object, variables: Variables): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (const [name, content] of [
    [DOCUMENT, document],
    [VARIABLES, variables],
  ] as const)
    replaceFile(join(folder, name), `${JSON.stringify(content, undefined, 2)}\n`, 0o600);
}
