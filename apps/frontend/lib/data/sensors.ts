import type { Connection } from "@/lib/live/live-socket";
import type { KnownSensor, Reading } from "./readings";

export type SensorStatus = "live" | "silent" | "unknown";
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
 * Silence is a statement about the sensor, and it can only be made while the connection would have carried its
 * values. Without a connection nothing is known of any sensor.
 */
export function sensorStatus(age: number, connection: Connection, silentAfterSeconds: number): SensorStatus {
  if (connection.state !== "open") return "unknown";
  return age > silentAfterSeconds ? "silent" : "live";
}

export function sortedNames(sensors: Sensors, filter: string): string[] {
  const wanted = filter.trim().toLowerCase();
  const names = [...sensors.keys()].filter((name) => name.toLowerCase().includes(wanted));
  return names.sort((a, b) => a.localeCompare(b, undefined, { numeric: true }));
}
