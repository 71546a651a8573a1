import { z } from "zod";
import { text } from "../core/formats.ts";
import { command, environmentName } from "./fields.ts";

/** As the files in `.exploreiot/DEPLOYMENT/secrets` are called. */
const secretName = text(
  /^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/,
  "the name of a secret, as exploreiot secrets list shows it",
);

const source = z.union(
  [
    z.strictObject({
      command: command.describe("a program and its arguments, without a shell; what it prints is the value"),
    }),
    z.strictObject({ file: z.string().min(1).describe("a file, relative to the site file") }),
    z.strictObject({ environment: environmentName.describe("a variable of who runs the kit") }),
  ],
  { error: "one of command: [program, argument, …], file: path, environment: VARIABLE" },
);

export const secrets = z
  .record(secretName, source)
  .default({})
  .describe("secrets that are not made by the kit: where each value comes from");
