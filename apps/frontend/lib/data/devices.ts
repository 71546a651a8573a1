import { fieldsOf, textOf, timeOf } from "./values";

/** A device that tells the broker whether it is there, by its last will. */
export interface Device {
  readonly name: string;
  readonly isOnline: boolean;
  readonly since: number | undefined;
}

export function parseDevice(input: unknown): Device | undefined {
  const fields = fieldsOf(input);
  const name = textOf(fields?.appareil);
  const isOnline = fields?.en_ligne;
  if (name === undefined || typeof isOnline !== "boolean") return undefined;
  return { name, isOnline, since: timeOf(fields?.depuis) };
}

/** Those that are away come first: they are what a person looks for. */
export function sortedDevices(devices: readonly Device[]): Device[] {
  const byName = (a: Device, b: Device) => a.name.localeCompare(b.name, undefined, { numeric: true });
  return devices.toSorted((a, b) => Number(a.isOnline) - Number(b.isOnline) || byName(a, b));
}
