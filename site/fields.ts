import { z } from "zod";
import { text } from "../core/formats.ts";

/**
 * A lower-case name that is safe in container, network, volume and file names. It names a construct as well, and the
 * library looks its children up in a plain object, which has a `constructor` from the start.
 */
export const slug = text(
  /^[a-z][a-z0-9-]{0,19}$/,
  "a name of 1 to 20 lower-case letters, digits and dashes that begins with a letter",
).refine((name) => name !== "constructor", { error: "any other name than constructor" });
export const environmentName = text(
  /^[A-Z][A-Z0-9_]*$/,
  "an environment variable name: upper-case letters, digits and underscores",
);
/** Goes into the request line of a probe, which a shell prints: nothing that either would read in its own way. */
export const urlPath = text(
  /^\/[A-Za-z0-9._~/?&=-]*$/,
  'a path such as "/healthz", without spaces and quotes',
);
const STEPS = String.raw`(?:\/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)`;

/** A part of all paths that the edge tells apart: no dots alone, no doubled and no final slash, nothing that is escaped. */
export const pathPrefix = text(
  new RegExp(`^${STEPS}+$`),
  'a path such as "/flows", of letters, digits, dots, dashes and underscores, that does not end with "/"',
);

/** The engine's own most. */
const MOST_ID = 2 ** 31 - 1;

export const numericUser = text(
  /^[1-9][0-9]{0,9}:[1-9][0-9]{0,9}$/,
  'a numeric user and group such as "10001:10001", neither of them 0 (root)',
).refine((user) => user.split(":").every((id) => Number(id) <= MOST_ID), {
  error: `a user and a group of at most ${MOST_ID}`,
});
export const hostPort = z.int().min(1).max(65535);
export const command = z.array(z.string().min(1)).min(1);

/** The engine's own least. */
const LEAST_MEMORY_MIB = 6;

const memoryMiB = (least = LEAST_MEMORY_MIB) =>
  z.int().min(least).max(1_048_576).describe(`MiB; ${least} or more`);

export const limitFields = {
  memoryMiB: memoryMiB(),
  cpus: z.number().min(0.05).max(512).describe("processors; 0.5 is half of one"),
  pids: z.int().min(8).max(32768).describe("processes and threads (compose runner only)"),
};

/**
 * The limits of one container. Docker kills it above `memoryMiB`; there is no swap on top.
 *
 * @param least memory that the service cannot do without, in MiB
 */
export const limits = (memory: number, cpus: number, pids: number, least?: number) =>
  z
    .strictObject({
      memoryMiB: memoryMiB(least).default(memory),
      cpus: limitFields.cpus.default(cpus),
      pids: limitFields.pids.default(pids),
    })
    .prefault({})
    .describe("limits of one container; above memoryMiB it is killed and started again");

export const enabled = z.boolean().default(true).describe("whether it is a part of the deployment");

/** When a service is asked whether it works. The defaults depend on the environment: a server is asked less often. */
export const healthTiming = {
  startPeriodSeconds: z.int().min(0).max(3600).optional().describe("how long a start may take; default: 30"),
  intervalSeconds: z
    .number()
    .min(0.5)
    .max(300)
    // Halves are exact in binary: goDuration() prints no digits that nobody wrote.
    .multipleOf(0.5)
    .optional()
    .describe("between two probes; default: 2, and 5 once it has worked, in production 10"),
  timeoutSeconds: z.int().min(1).max(60).optional().describe("for one answer; default: 3"),
  retries: z
    .int()
    .min(1)
    .max(30)
    .optional()
    .describe("failed probes in a row until it is unhealthy; default: 5, in production 3"),
};

export const timing = z
  .strictObject(healthTiming)
  .optional()
  .describe("when it is probed, and how long a start may take");

const processName = text(
  /^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$/,
  "the name of a program or script, without a path",
);

export const healthCheck = z
  .strictObject({
    path: urlPath.optional().describe("a GET is answered with 2xx or 3xx when the service works"),
    command: command.optional().describe("a program of the image that exits 0 when the service works"),
    process: processName
      .optional()
      .describe("for a service without HTTP: a process with this name, as a program or an argument, runs"),
    ...healthTiming,
  })
  .refine(({ path, command, process }) => [path, command, process].filter(Boolean).length < 2, {
    error: "one of path, command and process",
  });

/** Something that the rules refuse, accepted in this place alone; it stands in the JSON as a waiver. */
export const allowance = z
  .strictObject({
    reason: z
      .string()
      .trim()
      .min(10, { error: "a reason of at least 10 characters that a reviewer can judge" })
      .describe("why it is accepted, for a reviewer"),
    expires: z.iso
      .date({ error: 'the last day on which it holds, as "2027-01-31"' })
      .describe("the last day on which it holds"),
  })
  .optional();

export type Limits = z.output<ReturnType<typeof limits>>;
export type HealthCheck = z.output<typeof healthCheck>;
export type HealthTiming = NonNullable<z.output<typeof timing>>;
