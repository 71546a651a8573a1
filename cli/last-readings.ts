import { z } from "zod";
import { UserError } from "../core/errors.ts";
import { silentAfterSeconds } from "../site/sensors.ts";
import { ageOf } from "./age.ts";
import { apiOf, listFromApi } from "./api-way.ts";
import { reading, toldReading } from "./readings.ts";
import type { Synthesized } from "./synthesize.ts";

export const lastReadings = z.strictObject({
  last: reading.nullable().describe("the newest that is stored; null: none is"),
  silent: z
    .array(
      z.strictObject({
        sensor: z.string(),
        last: z.string().describe("RFC 3339, in UTC"),
        afterSeconds: z.number().describe("without a reading for so long it is silent"),
      }),
    )
    .readonly()
    .describe(
      "sensors of the site file that have sent readings, and none for longer than their interval says",
    ),
});

export type LastReadings = z.output<typeof lastReadings>;

/** `status` waits no longer for an API that hangs. */
const LIMIT_MS = 3000;

/** As many as the API gives at once. */
const PAGE = 1000;

const toldSensor = z.object({ capteur: z.string(), horodatage: z.string(), age_secondes: z.number() });

/**
 * Asks the shipped backend for the newest reading, and which sensors that the site file names have fallen silent.
 *
 * @returns why it is not known, where it is not; undefined where the deployment has no shipped backend to be asked
 */
export async function readLast(synthesized: Synthesized): Promise<LastReadings | string | undefined> {
  const { backend } = synthesized.deployment;
  const isOwn = backend.image !== undefined || backend.build !== undefined;
  if (isOwn || apiOf(synthesized) === undefined) return undefined;
  try {
    const ask = listFromApi(synthesized, "/mesures?limite=1", toldReading, LIMIT_MS);
    const [[last = null], silent] = await Promise.all([ask, silentSensors(synthesized)]);
    return { last, silent };
  } catch (error) {
    if (error instanceof UserError) return `last reading: ${error.message}`;
    throw error;
  }
}

async function silentSensors(synthesized: Synthesized): Promise<LastReadings["silent"]> {
  const { sensors, alarms } = synthesized.deployment;
  const silent: LastReadings["silent"][number][] = [];
  let after: string | undefined = Object.keys(sensors).length === 0 ? undefined : "";
  while (after !== undefined) {
    const query = new URLSearchParams({ limite: String(PAGE), ...(after === "" ? {} : { apres: after }) });
    const found = await listFromApi(synthesized, `/capteurs?${query}`, toldSensor, LIMIT_MS);
    for (const { capteur: sensor, horodatage: last, age_secondes: age } of found) {
      const settings = sensors[sensor];
      if (settings === undefined) continue;
      const afterSeconds = silentAfterSeconds(settings, alarms);
      if (age > afterSeconds) silent.push({ sensor, last, afterSeconds });
    }
    after = found.length < PAGE ? undefined : found.at(-1)?.capteur;
  }
  return silent;
}

/** A device's clock may be this wrong without a word. */
const AHEAD_SECONDS = 60;

/** Lines of `status`. */
export function lastReadingsText({ last, silent }: LastReadings): readonly string[] {
  return [
    last === null
      ? "last reading: none is stored yet"
      : `last reading: ${last.sensor} = ${last.value}, ${isAhead(last.time) ? `dated ${last.time}, which is ahead of this clock` : `${ageOf(last.time)} ago`}`,
    ...silent.map(
      ({ sensor, last, afterSeconds }) =>
        `error: ${sensor} is silent: its last reading is ${ageOf(last)} old, and one is expected within ${afterSeconds} s`,
    ),
  ];
}

const isAhead = (time: string): boolean => Date.parse(time) - Date.now() > AHEAD_SECONDS * 1000;
