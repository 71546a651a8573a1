import { fieldsOf, finite, textOf, timeOf } from "./values";

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
  const fields = fieldsOf(input);
  const [capteur, valeur, at] = [textOf(fields?.capteur), finite(fields?.valeur), timeOf(fields?.horodatage)];
  if (capteur === undefined || valeur === undefined || at === undefined) return undefined;
  return { capteur, valeur, at };
}

export function parseKnownSensor(input: unknown): KnownSensor | undefined {
  const reading = parseReading(input);
  const ageSeconds = finite(fieldsOf(input)?.age_secondes);
  return reading === undefined || ageSeconds === undefined ? undefined : { ...reading, ageSeconds };
}
