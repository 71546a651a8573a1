import { join } from "node:path";
import { z } from "zod";
import { readOwnJson } from "./own-files.ts";
import { replaceFile } from "./private-files.ts";

/** Its name in the deployment's own directory. */
export const ROTATION_FILE = "rotation.json";

const shape = z.object({
  /** How often something was rotated here, or where the secrets were taken over from. */
  rotations: z.int(),

  /** Changes of a rotation that has not come to its end. Empty while there is none. */
  changing: z.array(z.object({ name: z.string(), step: z.enum(["begin", "finish"]) })).readonly(),

  /** Since when a new value is used while the former is still accepted, by name; RFC 3339 in UTC. */
  bothAccepted: z.record(z.string(), z.string()),

  /** The number of the rotation that changed it last, by name. */
  changedIn: z.record(z.string(), z.int()),
});

/** How far the rotation of a deployment's secrets has come. */
export type RotationState = Readonly<z.output<typeof shape>>;

export type Change = RotationState["changing"][number];

export function readRotation(home: string): RotationState {
  const file = join(home, ROTATION_FILE);
  const found = readOwnJson(
    file,
    shape,
    `if no rotation was interrupted, remove it: rm ${file}`,
    "else bring it back from a copy",
  );
  return found ?? { rotations: 0, changing: [], bothAccepted: {}, changedIn: {} };
}

export const writeRotation = (home: string, state: RotationState): void =>
  replaceFile(join(home, ROTATION_FILE), `${JSON.stringify(state, undefined, 2)}\n`, 0o600);

/** The number of the last rotation, one that is under way included. */
export const lastRotation = ({ rotations, changing }: RotationState): number =>
  rotations + (changing.length > 0 ? 1 : 0);
