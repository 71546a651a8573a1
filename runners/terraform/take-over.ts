import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { inspectNetworks } from "../docker/networks.ts";
import { observe } from "../docker/observe.ts";
import type { RunnerContext } from "../runner.ts";
import { rawResources, type Stack } from "../stack.ts";
import { command } from "./command.ts";
import { enterContainers, type Found } from "./enter-containers.ts";
import { readOwned } from "./state.ts";

/** Read by Terraform along with the synthesized JSON, for as long as the networks are taken over. */
const IMPORTS = "take-over.tf.json";

/**
 * Takes what runs, and is as declared, into Terraform's state, so that its plan leaves it alone: what compose made, and
 * what an interrupted apply could not write down. To be called once everything else is out of the way. The plan that
 * follows reads each of them back, and still replaces one that is not so.
 */
export async function takeOver(context: RunnerContext): Promise<void> {
  const { stack, home, report } = context;
  forgetImports(stack);
  const { ids, addresses } = await readOwned(stack, home);
  const unknown = ({ id }: Found) => !ids.has(id);
  const [containers, networks] = await Promise.all([
    containersOf(context).then((found) => found.filter(unknown)),
    networksOf(context).then((found) => found.filter(unknown)),
  ]);
  const all = [...containers, ...networks].map(({ address }) => address);
  if (all.length === 0) return;
  report(`terraform: takes over ${containers.length} containers and ${networks.length} networks as they run`);
  // Entries for what was there before under these names.
  const stale = all.filter((address) => addresses.includes(address));
  if (stale.length > 0) await command(context, ["state", "rm", ...stale]);
  await importNetworks(context, networks);
  if (containers.length > 0) await enterContainers(context, containers);
}

async function containersOf({ stack }: RunnerContext): Promise<readonly Found[]> {
  const jobs = new Set(stack.containers.filter(({ job }) => job).map(({ name }) => name));
  const { containers } = await observe(stack);
  return Object.entries(rawResources(stack).docker_container ?? {}).flatMap(([key, { name }]) => {
    const state = containers.get(name);
    if (state === undefined) return [];
    const exitCode = jobs.has(name) ? { exitCode: state.State.ExitCode } : {};
    return [{ address: `docker_container.${key}`, id: state.Id, ...exitCode }];
  });
}

async function networksOf({ stack }: RunnerContext): Promise<readonly Found[]> {
  const networks = await inspectNetworks(stack.networks.map(({ name }) => name));
  return Object.entries(rawResources(stack).docker_network ?? {}).flatMap(([key, { name }]) => {
    const state = networks.find(({ Name }) => Name === name);
    return state === undefined ? [] : [{ address: `docker_network.${key}`, id: state.Id }];
  });
}

/** Networks, and the rest of what containers refer to: until that is in the state their values are not known. */
async function importNetworks(context: RunnerContext, networks: readonly Found[]): Promise<void> {
  const { stack } = context;
  const { docker_image = {}, docker_volume = {} } = rawResources(stack);
  const addresses = [
    ...Object.keys(docker_image).map((key) => `docker_image.${key}`),
    ...Object.keys(docker_volume).map((key) => `docker_volume.${key}`),
    ...networks.map(({ address }) => address),
  ];
  const targets = addresses.map((address) => `-target=${address}`);
  const file = join(stack.folder, IMPORTS);
  writeFileSync(file, JSON.stringify({ import: networks.map(({ address, id }) => ({ to: address, id })) }));
  try {
    await command(context, ["apply", "-auto-approve", "-input=false", "-json", ...targets]);
  } finally {
    forgetImports(stack);
  }
}

/** A run that was killed may have left them, and Terraform would look for networks that are gone by now. */
export const forgetImports = ({ folder }: Stack): void => rmSync(join(folder, IMPORTS), { force: true });
