import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { LABEL } from "../config/labels.ts";
import type { ContainerState, Observation } from "./docker/observe.ts";
import { type ContainerSpec, type Stack, specHash } from "./stack.ts";
import { writeWholeJson } from "./write-whole.ts";

export type EngineName = "terraform" | "compose";

/** What the last `up` left behind: enough to tell, from one read of the engine, whether anything changed since. */
export interface DeploymentRecord {
  readonly engine: EngineName;

  /** Of the synthesized JSON. */
  readonly fingerprint: string;

  /** Container name to id. */
  readonly containers: Readonly<Record<string, string>>;

  /** Network name to id. */
  readonly networks: Readonly<Record<string, string>>;

  /** Container id to the hash of what it was made from. */
  readonly specs: Readonly<Record<string, string>>;
}

/**
 * Whether a container is known to be what a stack declares, whoever made it: by the record of the last `up`, else by
 * the label that compose's have.
 */
export function isAsDeclared(
  spec: ContainerSpec,
  { Id, Config }: Pick<ContainerState, "Id" | "Config">,
  record: DeploymentRecord | undefined,
): boolean {
  return specHash(spec) === (record?.specs?.[Id] ?? Config.Labels?.[LABEL.spec]);
}

const file = (home: string) => join(home, "deployed.json");

export function readRecord(home: string): DeploymentRecord | undefined {
  try {
    return JSON.parse(readFileSync(file(home), "utf8")) as DeploymentRecord;
  } catch {
    // None yet, or one that cannot be read: both only mean that the engine is run once more.
    return undefined;
  }
}

export function writeRecord(
  home: string,
  engine: EngineName,
  stack: Stack,
  { containers }: Observation,
): void {
  const states = stack.containers.flatMap(({ name }) => containers.get(name) ?? []);
  const record: DeploymentRecord = {
    engine,
    fingerprint: stack.fingerprint,
    containers: Object.fromEntries(states.map(({ Name, Id }) => [Name.slice(1), Id])),
    specs: Object.fromEntries(
      stack.containers.flatMap((spec) => {
        const id = containers.get(spec.name)?.Id;
        return id === undefined ? [] : [[id, specHash(spec)]];
      }),
    ),
    networks: Object.fromEntries(
      states.flatMap(({ NetworkSettings }) =>
        Object.entries(NetworkSettings.Networks).map(([name, { NetworkID }]) => [name, NetworkID]),
      ),
    ),
  };
  writeWholeJson(file(home), record);
}

export function deleteRecord(home: string): void {
  rmSync(file(home), { force: true });
}
