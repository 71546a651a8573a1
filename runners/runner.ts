import type { Drift } from "./drift.ts";
import type { RunnerName } from "./record.ts";
import type { Stack } from "./stack.ts";

/** The progress, for people: one line at a time. */
export type Report = (line: string) => void;

export interface RunnerContext {
  readonly stack: Stack;

  /** The deployment's own directory: state, secrets, record. */
  readonly home: string;

  readonly report: Report;

  /** Aborted by Ctrl-C: the runner stops in order and leaves what the next `up` can go on from. */
  readonly signal?: AbortSignal;
}

/** Brings containers in line with the synthesized JSON. Both runners make the same containers of it. */
export interface Runner {
  readonly name: RunnerName;

  /** Why this machine cannot run it, or undefined if it can. */
  unavailable(context: RunnerContext): Promise<string | undefined>;

  /**
   * Tells what this runner judges for itself, and changes where it has to. Anything else it can only take over as it is,
   * or make again.
   */
  ownership(context: RunnerContext): Promise<(id: string) => boolean>;

  /** Whether it can take over a network of a stack that is as declared, no matter who made it. */
  takesOver(network: { readonly labels: Readonly<Record<string, string>> }, stack: Stack): boolean;

  /** Settings of a container of its own that it changes while the container runs on; for any other it is made again. */
  readonly changesInPlace: readonly string[];

  up(context: RunnerContext): Promise<void>;

  /** Removes containers and networks; volumes with data stay. */
  down(context: RunnerContext): Promise<void>;
}

/** Whether all that differs is changed while the container runs on. */
export const isChangedInPlace = (
  { differences, changes }: Pick<Drift, "differences" | "changes">,
  { changesInPlace }: Pick<Runner, "changesInPlace">,
): boolean =>
  differences.length === changes.length && changes.every(({ setting }) => changesInPlace.includes(setting));
