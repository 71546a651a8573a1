import type { VolumeSpec } from "../stack.ts";
import { at } from "./attribute.ts";
import { compareRest, type Field } from "./rest.ts";
import { type Change, changesBetween } from "./settings.ts";

/** The part of `docker volume inspect` that the kit reads. */
export interface VolumeState {
  readonly Name: string;
  readonly Driver: string;
  readonly Options: Readonly<Record<string, string>> | null;
}

const FIELDS: Readonly<Record<string, Field>> = {
  driver: { found: (state) => at(state, "Driver"), usual: "local" },
  driver_opts: { found: (state) => at(state, "Options") },
};

/** How a volume differs from what the JSON says of it. Labels do not count: compose has some (decision 77). */
export function volumeChanges(spec: VolumeSpec, state: VolumeState): readonly Change[] {
  const { declared, found } = compareRest(spec, FIELDS, state);
  return changesBetween(declared, found);
}
