import { z } from "zod";
import { text } from "../core/formats.ts";
import { slug } from "./fields.ts";
import { SENSOR_CHARACTERS } from "./sensors.ts";

const MOST_CLASSES = 20;
const MOST_SENSORS = 1000;

const sensors = text(
  new RegExp(`^[*${SENSOR_CHARACTERS}]{1,64}$`),
  'the name of a sensor, or a pattern such as "vibration-*", in which * stands for any characters',
);

const days = z.int().min(1).max(36_500);

/** The keys are read by apps/backend/exploreiot/retention_rules.py. */
export const retention = z
  .strictObject({
    rawDays: z
      .int()
      .min(1)
      .max(3650)
      .default(365)
      .describe("how long readings are kept as they came, of sensors that no class names"),
    classes: z
      .record(
        slug,
        z.strictObject({
          sensors: z
            .array(sensors)
            .min(1)
            .max(MOST_SENSORS)
            .describe(
              "names, and patterns with *; a name counts before a pattern, and of several patterns the first class",
            ),
          rawDays: z.int().min(1).max(3650).describe("how long their readings are kept as they came"),
        }),
      )
      .refine((classes) => Object.keys(classes).length <= MOST_CLASSES, {
        error: `at most ${MOST_CLASSES} classes`,
      })
      .default({})
      .describe("sensors whose readings are kept for another time, by a name of your choice"),
    hourlyDays: days
      .default(1825)
      .describe(
        "how long least, greatest value, sum and number of each hour are kept, which older readings become",
      ),
    dailyDays: days.default(3650).describe("the same of each day, which older hours become"),
    whenFull: z
      .enum(["refuse", "aggregateOldest"])
      .default("refuse")
      .describe(
        "when the disk gets tight: refuse = readings are refused, and wait in the broker; aggregateOldest = before that the oldest weeks of readings become hourly sums, but for the two newest",
      ),
  })
  .prefault({})
  .describe("how long readings are kept, and as what; and what happens before they fill the disk");

export type Retention = z.output<typeof retention>;

/** What `ingest` is told besides `rawDays`. */
export const rulesOf = ({ rawDays: _, ...rules }: Retention) => rules;

const DEFAULT = retention.parse({});

export const keepsOtherwise = ({ rawDays }: Retention): boolean => rawDays !== DEFAULT.rawDays;

export const hasRules = (given: Retention): boolean =>
  JSON.stringify(rulesOf(given)) !== JSON.stringify(rulesOf(DEFAULT));
