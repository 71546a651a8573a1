// What the backend sends is checked here once; the rest of the page relies on the types.

export interface Reading {
  readonly capteur: string;
  readonly valeur: number;
  /** Milliseconds since 1970, by the clock that stamped the reading. */
  readonly at: number;
}

export interface KnownSensor extends Reading {
  /** Age of the value when the backend answered, by the backend's clock. */
  readonly ageSeconds: number;
}

export function parseReading(input: unknown): Reading | undefined {
  if (typeof input !== "object" || input === null) return undefined;
  const { capteur, valeur, horodatage } = input as Record<string, unknown>;
  if (typeof capteur !== "string" || capteur === "") return undefined;
  if (typeof valeur !== "number" || !Number.isFinite(valeur)) return undefined;
  const at = typeof horodatage === "string" ? Date.parse(horodatage) : Number.NaN;
  return Number.isNaN(at) ? undefined : { capteur, valeur, at };
}

export function parseKnownSensor(input: unknown): KnownSensor | undefined {
  const reading = parseReading(input);
  if (reading === undefined) return undefined;
  const age = (input as Record<string, unknown>).age_secondes;
  return typeof age === "number" && Number.isFinite(age) ? { ...reading, ageSeconds: age } : undefined;
}

/** What devices sent that held no reading. */
export interface Rejects {
  /** Messages that the backend still keeps. */
  readonly count: number;
  /** When the newest of them came. */
  readonly last: number;
}

/** Undefined where there are none. */
export function parseRejects(input: unknown): Rejects | undefined {
  if (typeof input !== "object" || input === null) return undefined;
  const { gardes, dernier } = input as Record<string, unknown>;
  const last = typeof dernier === "string" ? Date.parse(dernier) : Number.NaN;
  return typeof gardes !== "number" || gardes < 1 || Number.isNaN(last) ? undefined : { count: gardes, last };
}

/** A frame of the socket: one reading, or undefined for anything else (answers and errors share the socket). */
export function parseFrame(data: unknown): Reading | undefined {
  if (typeof data !== "string") return undefined;
  try {
    return parseReading(JSON.parse(data));
  } catch {
    return undefined;
  }
}

/** Entries that do not parse are left out: one bad row must not hide the others. */
export function parseList<T>(input: unknown, parse: (entry: unknown) => T | undefined): T[] {
  if (!Array.isArray(input)) return [];
  return input.map(parse).filter((entry) => entry !== undefined);
}
