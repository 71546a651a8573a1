import type { Commented, Place } from "../../document.ts";
import type { Gap } from "./conform.ts";
import type { Document } from "./documents.ts";
import type { Variables } from "./dotenv.ts";

/** A file of a project, and its documents if it was read already. */
export interface Source {
  readonly file: string;
  readonly documents?: readonly Document[];
}

/** Findings on the way, in any of the files. */
export interface Notes {
  readonly gaps: Gap[];
  readonly commented: Commented[];

  /** Of `services.web` and everything else that has a name: where it stands first. */
  readonly places: Map<string, Place>;

  /** Every file that was read for the project. */
  readonly files: Set<string>;
}

/** Things that the files of one project share. */
export interface Context {
  readonly folder: string;
  readonly variables: Variables;
  readonly notes: Notes;

  /** The files that include each other up to here. */
  readonly including: readonly string[];
}
