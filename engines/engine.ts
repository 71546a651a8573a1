import type { EngineName } from "./record.ts";
import type { Stack } from "./stack.ts";

/** What is being done, for people: one line at a time. */
export type Report = (line: string) => void;

export interface EngineContext {
  readonly stack: Stack;

  /** The deployment's own directory: state, secrets, record. */
  readonly home: string;

  readonly report: Report;

  /** Aborted by Ctrl-C: the engine stops in order and leaves what the next `up` can go on from. */
  readonly signal?: AbortSignal;
}

/** Something in Docker that may or may not be an engine's own. */
export interface Owned {
  readonly Id: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Brings containers in line with the synthesized JSON. Both engines make the same containers of it. */
export interface Engine {
  readonly name: EngineName;

  /** Why this machine cannot run it, or undefined if it can. */
  unavailable(context: EngineContext): Promise<string | undefined>;

  /** Tells what this engine made from what something else did. */
  ownership(context: EngineContext): Promise<(entry: Owned) => boolean>;

  up(context: EngineContext): Promise<void>;

  /** Removes containers and networks; volumes with data stay. */
  down(context: EngineContext): Promise<void>;
}
