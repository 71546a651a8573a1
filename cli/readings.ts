import { InvalidArgumentError } from "commander";
import { z } from "zod";
import { ageOf } from "./age.ts";
import { listFromApi } from "./api-way.ts";
import { printJson } from "./json.ts";
import { configOption, jsonOption, verb } from "./options.ts";
import { synthesizeAnywhere } from "./synthesize.ts";
import { renderTable } from "./table.ts";
import { VERBS } from "./verbs.ts";

export const reading = z.object({
  sensor: z.string(),
  value: z.number(),
  time: z.string().describe("RFC 3339, in UTC"),
});

export const readingsOutput = z.object({
  deployment: z.string(),
  readings: z.array(reading).describe("newest first"),
});

/** As the API says it (apps/backend/README.md). */
export const toldReading = z
  .object({ capteur: z.string(), valeur: z.number(), horodatage: z.string() })
  .transform(({ capteur, valeur, horodatage }) => ({ sensor: capteur, value: valeur, time: horodatage }));

interface Options {
  readonly config: string;
  readonly json?: true;
  readonly limit: number;
}

export const readingsCommand = verb("readings", VERBS.readings, "readings temp --limit 5")
  .argument("[sensor]", "of this sensor alone")
  .addOption(configOption())
  .addOption(jsonOption())
  .option("-n, --limit <number>", "at most so many, 1 to 1000", atMost1000, 20)
  .action(async (sensor: string | undefined, { config, json, limit }: Options) => {
    const synthesized = await synthesizeAnywhere(config);
    const query = new URLSearchParams({
      limite: String(limit),
      ...(sensor === undefined ? {} : { capteur: sensor }),
    });
    const readings = [...(await listFromApi(synthesized, `/mesures?${query}`, toldReading))];
    const { name } = synthesized.deployment;
    if (json) printJson(readingsOutput, { deployment: name, readings });
    else if (readings.length === 0)
      console.log(`${name}: no reading${sensor === undefined ? "" : ` of ${sensor}`} is stored`);
    else
      console.log(
        renderTable(
          ["sensor", "value", "time", "age"],
          readings.map(({ sensor, value, time }) => [sensor, String(value), time, ageOf(time)]),
        ),
      );
  });

/** As many as the API gives at once. */
export function atMost1000(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < 1 || number > 1000)
    throw new InvalidArgumentError("Allowed: a whole number from 1 to 1000.");
  return number;
}
