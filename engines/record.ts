import { rmSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../config/errors.ts";
import { readOwnJson } from "../config/own-files.ts";
import type { Observation } from "./docker/observe.ts";
import type { Stack } from "./stack.ts";
import { writeWholeJson } from "./write-whole.ts";

const shape = z.object({
  engine: z.enum(["terraform", "compose"]),

  /** Of the synthesized JSON. */
  fingerprint: z.string(),

  /** Container name to id. */
  containers: z.record(z.string(), z.string()),

  /** Network name to id. */
  networks: z.record(z.string(), z.string()),
});

/** What the last `up` left behind: enough to tell, from one read of the engine, whether anything changed since. */
export type DeploymentRecord = Readonly<z.output<typeof shape>>;

export type EngineName = DeploymentRecord["engine"];

const file = (home: string) => join(home, "deployed.json");

export function readRecord(home: string): DeploymentRecord | undefined {
  try {
    return readOwnJson(file(home), shape);
  } catch (error) {
    // None yet, or one that cannot be read: both only mean that the engine is run once more.
    if (error instanceof UserError) return undefined;
    throw error;
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
