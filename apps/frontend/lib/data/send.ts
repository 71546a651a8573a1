import { parseNumber } from "@/lib/text/format";
import type { Api, NewReading } from "./api";

/** How sending a reading ended. */
export type Outcome = "stored" | "invalid" | "tooMany" | "needKey" | "refused" | "unreachable" | "failed";

/** The reading a person typed, or the first field that does not hold one. */
export function readForm(sensor: string, value: string): NewReading | { readonly wrong: "sensor" | "value" } {
  const capteur = sensor.trim();
  if (capteur === "") return { wrong: "sensor" };
  const valeur = parseNumber(value);
  return valeur === undefined ? { wrong: "value" } : { capteur, valeur };
}

/** Sends a reading under the key that a person gave, if any: nobody else has one. */
export async function sendReading(reading: NewReading, key: string, api: Api): Promise<Outcome> {
  const status = await api.send(reading, key.trim());
  if (status === undefined) return "unreachable";
  if (status === 200 || status === 201) return "stored";
  if (status === 400 || status === 413 || status === 422) return "invalid";
  if (status === 401 && key.trim() === "") return "needKey";
  if (status === 401 || status === 403) return "refused";
  return status === 429 ? "tooMany" : "failed";
}
