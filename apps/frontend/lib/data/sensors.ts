import type { Health } from "@/lib/live/health";
import type { KnownSensor, Reading } from "./readings";
import type { SensorSettings } from "./sensor-settings";

export type SensorStatus = "high" | "low" | "silent" | "unknown" | "live";
export type Sensors = ReadonlyMap<string, Reading>;

/** The newest reading of each sensor wins, in any order of arrival. */
export function withReadings(sensors: Sensors, readings: readonly Reading[]): Sensors {
  const next = new Map(sensors);
  for (const reading of readings) {
    const known = next.get(reading.capteur);
    if (known === undefined || known.at <= reading.at) next.set(reading.capteur, reading);
  }
  return next;
}

/** How far the backend's clock is ahead of this one. Ages are then right on a device whose clock is wrong. */
export function clockOffsetMs(sensors: readonly KnownSensor[], now: number): number | undefined {
  const first = sensors[0];
  return first === undefined ? undefined : first.at + first.ageSeconds * 1000 - now;
}

/** A clock ahead of ours would give negative ages: a value from the future counts as just arrived. */
export function ageSeconds(reading: Reading, now: number, offsetMs: number): number {
  return Math.max(0, (now + offsetMs - reading.at) / 1000);
}

/**
 * Silence is a statement about the sensor, and it can only be made while the whole chain would have carried its
 * values. While the chain is known to be broken, nothing is known of any sensor; where its state is not known, a value
 * that came just now still speaks for itself.
 *
 * @param age of the newest value, in seconds
 */
export function sensorStatus(
  value: number,
  age: number,
  health: Health,
  silentAfterSeconds: number,
  { low, high }: SensorSettings,
): SensorStatus {
  if (health !== "open" && health !== "unknown") return "unknown";
  if (age > silentAfterSeconds) return health === "open" ? "silent" : "unknown";
  if (high !== undefined && value > high) return "high";
  return low !== undefined && value < low ? "low" : "live";
}

const RANK: Readonly<Record<SensorStatus, number>> = { high: 0, low: 1, silent: 2, unknown: 3, live: 4 };

/** Sensors that ask for attention come first; within a state the order that people expect of names. */
export function sortedByStatus(statuses: ReadonlyMap<string, SensorStatus>): string[] {
  const sorted = [...statuses].sort(([a, ofA], [b, ofB]) => RANK[ofA] - RANK[ofB] || compareNames(a, b));
  return sorted.map(([name]) => name);
}

export function sortedNames(sensors: Sensors): string[] {
  return [...sensors.keys()].sort(compareNames);
}

const { compare: compareNames } = new Intl.Collator(undefined, { numeric: true });

/** Whether a sensor is meant by what a person typed into the filter: its name or its label holds it. */
export function isMeant(filter: string, name: string, label: string | undefined): boolean {
  const wanted = filter.trim().toLowerCase();
  return name.toLowerCase().includes(wanted) || (label ?? "").toLowerCase().includes(wanted);
}
