import { fieldsOf, finite, textOf, timeOf } from "./values";

/** Messages of devices that held no reading. */
export interface Rejects {
  /** Messages that the backend still keeps. */
  readonly count: number;
  /** When the newest of them came. */
  readonly last: number;
}

export interface Reject {
  readonly at: number;
  readonly topic: string;
  readonly reason: string;
  /** The first bytes of the message. */
  readonly start: string;
}

/** Undefined where there are none. */
export function parseRejects(input: unknown): Rejects | undefined {
  const fields = fieldsOf(input);
  const [count, last] = [finite(fields?.gardes) ?? 0, timeOf(fields?.dernier)];
  return count < 1 || last === undefined ? undefined : { count, last };
}

export function parseReject(input: unknown): Reject | undefined {
  const fields = fieldsOf(input);
  const [at, topic] = [timeOf(fields?.recu), textOf(fields?.sujet)];
  if (at === undefined || topic === undefined) return undefined;
  return { at, topic, reason: textOf(fields?.raison) ?? "", start: textOf(fields?.debut) ?? "" };
}
