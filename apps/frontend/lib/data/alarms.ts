import { fieldsOf, finite, textOf, timeOf } from "./values";

export type AlarmKind = "high" | "low" | "silent";

export interface Alarm {
  readonly id: number;
  readonly sensor: string;
  readonly kind: AlarmKind;
  /** The value that began it; a silence has none. */
  readonly value: number | undefined;
  /** The threshold that was crossed, or the seconds of silence that are allowed. */
  readonly limit: number | undefined;
  readonly begin: number;
  /** Missing while the alarm lasts. */
  readonly end: number | undefined;
}

const KINDS: Readonly<Record<string, AlarmKind>> = { haut: "high", bas: "low", silence: "silent" };

export function parseAlarm(input: unknown): Alarm | undefined {
  const fields = fieldsOf(input);
  const [id, sensor, begin] = [finite(fields?.id), textOf(fields?.capteur), timeOf(fields?.debut)];
  const kind = KINDS[textOf(fields?.genre) ?? ""];
  if (id === undefined || sensor === undefined || begin === undefined || kind === undefined) return undefined;
  const [value, limit, end] = [finite(fields?.valeur), finite(fields?.limite), timeOf(fields?.fin)];
  return { id, sensor, kind, value, limit, begin, end };
}

/** Newest first, each once: the later word on an alarm is the one that counts. */
export function mergeAlarms(alarms: readonly Alarm[], newer: readonly Alarm[]): Alarm[] {
  const byId = new Map([...alarms, ...newer].map((alarm) => [alarm.id, alarm]));
  return [...byId.values()].sort((a, b) => b.begin - a.begin || b.id - a.id);
}
