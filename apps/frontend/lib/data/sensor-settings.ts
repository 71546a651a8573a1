import { fieldsOf, finite, textOf } from "./values";

/** How a sensor is shown, and what is usual for it: what the site file says. */
export interface SensorSettings {
  readonly label?: string | undefined;
  readonly unit?: string | undefined;
  readonly decimals?: number | undefined;
  readonly intervalSeconds?: number | undefined;
  readonly low?: number | undefined;
  readonly high?: number | undefined;
}

export interface AllSettings {
  readonly sensors: ReadonlyMap<string, SensorSettings>;
  /** After how long a sensor without an interval is silent. */
  readonly silentAfterSeconds: number | undefined;
}

export const NO_SETTINGS: AllSettings = { sensors: new Map(), silentAfterSeconds: undefined };

const MOST_DECIMALS = 20;

export function parseSettings(input: unknown): AllSettings {
  const fields = fieldsOf(input);
  const sensors = Object.entries(fieldsOf(fields?.capteurs) ?? {});
  return {
    sensors: new Map(sensors.map(([name, entry]) => [name, parseOne(entry)])),
    silentAfterSeconds: finite(fields?.silence_secondes),
  };
}

function parseOne(input: unknown): SensorSettings {
  const fields = fieldsOf(input);
  const decimals = finite(fields?.decimales);
  const isUsable = decimals !== undefined && Number.isInteger(decimals) && decimals >= 0;
  return {
    label: textOf(fields?.nom),
    unit: textOf(fields?.unite),
    decimals: isUsable ? Math.min(decimals, MOST_DECIMALS) : undefined,
    intervalSeconds: finite(fields?.intervalle_secondes),
    low: finite(fields?.bas),
    high: finite(fields?.haut),
  };
}

/** The backend calls a sensor silent by the same rule. */
export function silentAfter(settings: SensorSettings, otherwiseSeconds: number): number {
  return settings.intervalSeconds === undefined ? otherwiseSeconds : 3 * settings.intervalSeconds;
}
