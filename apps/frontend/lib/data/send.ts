import { parseNumber } from "@/lib/text/format";

export interface NewReading {
  readonly capteur: string;
  readonly valeur: number;
}

export const ANSWERS = [
  "stored",
  "invalid",
  "too-many",
  "refused",
  "unreachable",
  "not-configured",
  "failed",
] as const;
export type Answer = (typeof ANSWERS)[number];

/** The reading a person typed, or the first field that does not hold one. */
export function readForm(sensor: string, value: string): NewReading | { readonly wrong: "sensor" | "value" } {
  const capteur = sensor.trim();
  if (capteur === "") return { wrong: "sensor" };
  const valeur = parseNumber(value);
  return valeur === undefined ? { wrong: "value" } : { capteur, valeur };
}

/** Posts to the page's own server; `base` is its address. */
export async function sendReading(reading: NewReading, base = ""): Promise<Answer> {
  try {
    const response = await fetch(`${base}/lectures`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(reading),
      signal: AbortSignal.timeout(10_000),
    });
    const { outcome } = (await response.json()) as { outcome?: unknown };
    return ANSWERS.find((answer) => answer === outcome) ?? "failed";
  } catch {
    return "unreachable";
  }
}
