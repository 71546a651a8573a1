import { readFile } from "node:fs/promises";
import type { Answer, NewReading } from "@/lib/data/send";
import type { Settings } from "./settings";

const TIMEOUT_MS = 5_000;
const LONGEST_NAME = 128;

/** The one reading a body may hold; anything beside the two fields is dropped, so nothing else is forwarded. */
export function parseNewReading(text: string): NewReading | undefined {
  try {
    const { capteur, valeur } = JSON.parse(text) as Record<string, unknown>;
    if (typeof capteur !== "string" || capteur.trim() === "" || capteur.length > LONGEST_NAME)
      return undefined;
    if (typeof valeur !== "number" || !Number.isFinite(valeur)) return undefined;
    return { capteur: capteur.trim(), valeur };
  } catch {
    return undefined;
  }
}

/** Sends a reading under the key of this server, which no browser ever sees. */
export async function forward(reading: NewReading, settings: Settings): Promise<Answer> {
  let key: string | undefined;
  try {
    key = await readKey(settings.apiKeyFile);
  } catch (error) {
    console.error(`BACKEND_API_KEY_FILE: ${(error as NodeJS.ErrnoException).code ?? "unreadable"}`);
    return "not-configured";
  }
  return post(reading, settings, key);
}

/** Read for each call, so that a replaced key is used without a restart. */
async function readKey(path: string | undefined): Promise<string | undefined> {
  if (path === undefined) return undefined;
  const key = (await readFile(path, "utf8")).trim();
  if (key === "") throw Object.assign(new Error("empty key file"), { code: "EMPTY" });
  return key;
}

async function post(reading: NewReading, settings: Settings, key: string | undefined): Promise<Answer> {
  try {
    const response = await fetch(`${settings.backendInternalUrl}${settings.apiPrefix}/mesures`, {
      method: "POST",
      headers: { "Content-Type": "application/json", ...(key === undefined ? {} : { "X-API-Key": key }) },
      body: JSON.stringify(reading),
      // A followed redirect would carry the key to another address.
      redirect: "manual",
      cache: "no-store",
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    // The answer itself is of no use here, and an unread one would hold the connection.
    await response.body?.cancel();
    return answerFor(response.status);
  } catch {
    return "unreachable";
  }
}

function answerFor(status: number): Answer {
  if (status === 200 || status === 201) return "stored";
  if (status === 400 || status === 413 || status === 422) return "invalid";
  if (status === 401 || status === 403) return "refused";
  return status === 429 ? "too-many" : "failed";
}
