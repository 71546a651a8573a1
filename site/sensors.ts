import { z } from "zod";
import { httpUrl, text } from "../core/formats.ts";

/** Of the names that the shipped backend takes (`SENSOR_PATTERN` in apps/backend/exploreiot/reading.py), in a pattern. */
export const SENSOR_CHARACTERS = "A-Za-zÀ-ÖØ-öø-ÿ0-9_.:-";

const sensorName = text(
  new RegExp(`^[${SENSOR_CHARACTERS}]{1,64}$`),
  "the name of a sensor: 1 to 64 letters, digits, underscores, dots, colons and dashes",
);

/** Shown as they are. A line break or another control character would break the table that they stand in. */
const shown = (most: number) =>
  text(
    new RegExp(`^(?=\\S)[^\\p{Cc}]{1,${most}}(?<=\\S)$`, "u"),
    `1 to ${most} characters without blanks at the ends`,
  );

const MOST_SENSORS = 1000;

/** The settings of sensors; the keys are read by apps/backend/exploreiot/sensor_settings.py. */
export const sensors = z
  .record(
    sensorName,
    z.strictObject({
      label: shown(64).optional().describe("the name on the page; default: its own"),
      unit: shown(16).optional().describe('shown behind its values: "°C"'),
      decimals: z
        .int()
        .min(0)
        .max(10)
        .optional()
        .describe("of its values on the page; default: as they come"),
      intervalSeconds: z
        .number()
        .min(0.001)
        .max(2_592_000)
        .optional()
        .describe("how often it sends a reading; silent after three of them"),
      low: z.number().optional().describe("a value below it is an alarm"),
      high: z.number().optional().describe("a value above it is an alarm"),
    }),
  )
  .refine((sensors) => Object.keys(sensors).length <= MOST_SENSORS, {
    error: `at most ${MOST_SENSORS} sensors`,
  })
  .default({})
  .describe("by name: how sensors are shown, and when one of them is an alarm");

export const alarms = z
  .strictObject({
    silentAfterSeconds: z
      .int()
      .min(1)
      .max(604_800)
      .default(60)
      .describe("a sensor without a reading for so long is silent, where it names no intervalSeconds"),
    webhook: z
      .strictObject({
        url: httpUrl('a URL such as "https://alerts.example.org/iot"').describe(
          "each alarm is sent there by POST, as JSON, when it begins and when it ends; https but in environment local",
        ),
        secret: z
          .string()
          .min(1)
          .optional()
          .describe('sent as "Authorization: Bearer …"; a reference, such as "{secret.alarm-webhook}"'),
      })
      .optional()
      .describe("where alarms are sent besides the broker"),
  })
  .prefault({})
  .describe("alarms of the sensors that are named above; they also go to the topic alarm/SENSOR");

/** So many readings of a sensor may fail to come; `_MISSED` of apps/backend/exploreiot/sensor_settings.py is the same. */
const MISSED = 3;

/** Without a reading for so long a sensor that the site file names is silent. */
export const silentAfterSeconds = (
  { intervalSeconds }: z.output<typeof sensors>[string],
  { silentAfterSeconds }: Pick<z.output<typeof alarms>, "silentAfterSeconds">,
): number => (intervalSeconds === undefined ? silentAfterSeconds : MISSED * intervalSeconds);

export type Sensors = z.output<typeof sensors>;
