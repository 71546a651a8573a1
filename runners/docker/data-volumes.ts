import { rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { dataOf } from "../../core/data.ts";
import { UserError } from "../../core/errors.ts";
import { readOwnJson } from "../../core/own-files.ts";
import type { Stack } from "../stack.ts";
import { readOwned } from "../terraform/state.ts";
import { writeWholeJson } from "../write-whole.ts";
import { listVolumes } from "./observe.ts";

const file = (home: string) => join(home, "data-volumes.json");

export const dataVolumes = ({ containers }: Stack): readonly string[] => dataOf(containers);

/** Volumes that earlier versions of the kit filled, or would have: no resource of the stack, and data of the deployment. */
export const formerVolumes = ({ containers }: Stack): readonly string[] =>
  containers.flatMap(({ versioned }) => versioned?.former.map(({ volume }) => volume) ?? []);

/** Names of all volumes on the engine. */
export const presentVolumes = async (): Promise<ReadonlySet<string>> => new Set(await listVolumes());

/**
 * Refuses data that this directory did not make: both engines would take a volume of that name over without a word,
 * and the databases in it know the passwords of another checkout, not ours.
 *
 * @throws UserError that names the volumes
 */
export async function refuseForeignData(stack: Stack, home: string): Promise<void> {
  const unknown = without([...dataVolumes(stack), ...formerVolumes(stack)], remembered(stack, home));
  if (unknown.length === 0) return;
  const present = await presentVolumes();
  const unremembered = unknown.filter((name) => present.has(name));
  // Terraform names a volume's id after the volume: what `cdktf deploy` made is known by its state. A state elsewhere
  // may be another machine's, whose secrets are not here.
  const isAsked = unremembered.length > 0 && stack.backend === "local";
  const foreign = without(unremembered, isAsked ? (await readOwned(stack, home)).ids : []);
  if (foreign.length === 0) return;
  throw new UserError(
    `data of another checkout is in the way: ${foreign.join(", ")}`,
    `bring its secrets here: copy the old checkout's .exploreiot/${stack.name} to ${home}`,
    `or give the deployment another name, or delete the data for good: docker volume rm ${foreign.join(" ")}`,
  );
}

/** To be called before an engine makes the volumes, so that an interrupted run is known as ours too. */
export function rememberDataVolumes(stack: Stack, home: string): void {
  const all = [...new Set([...remembered(stack, home), ...dataVolumes(stack)])].sort();
  writeWholeJson(file(home), all);
}

/**
 * To be called once data was deleted. Volumes of services that the configuration names no more are still there, and stay known.
 *
 * @returns their names
 */
export async function forgetDataVolumes(stack: Stack, home: string): Promise<readonly string[]> {
  const present = await presentVolumes();
  const left = remembered(stack, home).filter((name) => present.has(name));
  if (left.length === 0) rmSync(file(home), { force: true });
  else writeWholeJson(file(home), left);
  return left;
}

function remembered(stack: Stack, home: string): readonly string[] {
  const found = readOwnJson(
    file(home),
    z.array(z.string()),
    "it lists the data volumes that this checkout made; if the data is this checkout's, write it again:",
    `echo '${JSON.stringify(dataVolumes(stack))}' > ${file(home)}`,
  );
  return found ?? [];
}

function without(names: readonly string[], known: Iterable<string>): readonly string[] {
  const all = new Set(known);
  return names.filter((name) => !all.has(name));
}
