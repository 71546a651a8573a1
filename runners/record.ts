import { rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../core/errors.ts";
import { kitVersion } from "../core/kit-version.ts";
import { LABEL } from "../core/labels.ts";
import { readOwnJson } from "../core/own-files.ts";
import type { ContainerState, Observation } from "./docker/observe.ts";
import { type ContainerSpec, type NetworkSpec, type Stack, specHash } from "./stack.ts";
import { writeWholeJson } from "./write-whole.ts";

const FIRST_VERSION = "0.1.0";

/** Up to version 0.1.0 the runner was written as `engine`. */
const asToday = (written: unknown) =>
  typeof written === "object" && written !== null && "engine" in written
    ? { ...written, runner: written.engine }
    : written;

const record = z.object({
  runner: z.enum(["terraform", "compose"]),

  /** Version of the kit whose `up` it was; the versions up to 0.1.0 did not say. */
  kit: z.string().default(FIRST_VERSION),

  /** Of the synthesized JSON. */
  fingerprint: z.string(),

  /** Container name to id. */
  containers: z.record(z.string(), z.string()),

  /** Network name to id. */
  networks: z.record(z.string(), z.string()),

  /** Id of a container or network to the hash of what it was made from. */
  specs: z.record(z.string(), z.string()).default({}),
});

const shape = z.preprocess(asToday, record);

/** The record that the last `up` left behind: enough to tell, from one read of the engine, whether anything changed since. */
export type DeploymentRecord = Readonly<z.output<typeof shape>>;

export type RunnerName = DeploymentRecord["runner"];

/**
 * Whether a container is known to be what a stack declares, no matter who made it: by the record of the last `up`, else by
 * the label that compose's have.
 */
export function isAsDeclared(
  spec: ContainerSpec,
  { Id, Config }: Pick<ContainerState, "Id" | "Config">,
  record: DeploymentRecord | undefined,
): boolean {
  return specHash(spec) === (record?.specs?.[Id] ?? Config.Labels?.[LABEL.spec]);
}

/** Whether a network is known to have been made from something else, though it may look as declared: who picked its addresses? */
export const isOfAnotherSpec = (
  spec: NetworkSpec,
  { Id }: { readonly Id: string },
  record: DeploymentRecord | undefined,
): boolean => ![undefined, specHash(spec)].includes(record?.specs[Id]);

const file = (home: string) => join(home, "deployed.json");

export function readRecord(home: string): DeploymentRecord | undefined {
  try {
    return readOwnJson(file(home), shape);
  } catch (error) {
    // None yet, or one that cannot be read: both only mean that the runner is run once more.
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** How it was before a run that did not come to its end. */
interface Before {
  readonly record: DeploymentRecord | undefined;
  readonly seen: Observation;
}

/**
 * Writes down what a runner made.
 *
 * @param before where the run did not come to its end: a container that was there already may still be what it was
 */
export function writeRecord(
  home: string,
  runner: RunnerName,
  stack: Stack,
  { containers }: Observation,
  before?: Before,
): void {
  const states = stack.containers.flatMap(({ name }) => containers.get(name) ?? []);
  const record: DeploymentRecord = {
    runner,
    kit: kitVersion(),
    fingerprint: stack.fingerprint,
    containers: Object.fromEntries(states.map(({ Name, Id }) => [Name.slice(1), Id])),
    specs: specsOf(stack, idsOf(containers), before),
    networks: Object.fromEntries(
      states.flatMap(({ NetworkSettings }) =>
        Object.entries(NetworkSettings.Networks).map(([name, { NetworkID }]) => [name, NetworkID]),
      ),
    ),
  };
  writeWholeJson(file(home), record);
}

/** Containers and networks by name. */
interface Ids {
  readonly containers: ReadonlyMap<string, string>;
  readonly networks: ReadonlyMap<string, string>;
}

const idsOf = (containers: Observation["containers"]): Ids => ({
  containers: new Map([...containers].map(([name, { Id }]) => [name, Id])),
  networks: new Map(
    [...containers.values()].flatMap(({ NetworkSettings }) =>
      Object.entries(NetworkSettings.Networks).map(([name, { NetworkID }]) => [name, NetworkID] as const),
    ),
  ),
});

function specsOf(stack: Stack, ids: Ids, before: Before | undefined): DeploymentRecord["specs"] {
  const older = before && idsOf(before.seen.containers);
  const hashes = (kind: keyof Ids) =>
    stack[kind].flatMap((spec) => {
      const id = ids[kind].get(spec.name);
      if (id === undefined) return [];
      const hash = older?.[kind].get(spec.name) === id ? before?.record?.specs[id] : specHash(spec);
      return hash === undefined ? [] : [[id, hash] as const];
    });
  return Object.fromEntries([...hashes("containers"), ...hashes("networks")]);
}

export function deleteRecord(home: string): void {
  rmSync(file(home), { force: true });
}
