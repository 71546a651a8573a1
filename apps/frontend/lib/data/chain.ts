import { fieldsOf, parseList, textOf, timeOf } from "./values";

export type HopState = "ok" | "down" | "unknown";

/** One part of the way that a reading takes. */
export interface Hop {
  /** `courtier`, `ingestion`, `base`, `redis`, `api`, `socket`; a newer backend may know more. */
  readonly name: string;
  readonly state: HopState;
  readonly reason: string | undefined;
  readonly since: number | undefined;
  /** When the last message passed. */
  readonly last: number | undefined;
}

export interface Chain {
  readonly isComplete: boolean;
  /** In the order in which data flows. */
  readonly hops: readonly Hop[];
}

const STATES: Readonly<Record<string, HopState>> = { ok: "ok", panne: "down", inconnu: "unknown" };

/** Undefined for anything that is no state of the chain. A state that is not understood is not known. */
export function parseChain(input: unknown): Chain | undefined {
  const fields = fieldsOf(input);
  const hops = parseList(fields?.maillons, parseHop);
  if (hops.length === 0) return undefined;
  return { isComplete: fields?.complete === true && hops.every((hop) => hop.state === "ok"), hops };
}

function parseHop(input: unknown): Hop | undefined {
  const fields = fieldsOf(input);
  const name = textOf(fields?.nom);
  if (name === undefined) return undefined;
  return {
    name,
    state: STATES[textOf(fields?.etat) ?? ""] ?? "unknown",
    reason: textOf(fields?.raison),
    since: timeOf(fields?.depuis),
    last: timeOf(fields?.dernier),
  };
}
