import { readFileSync, statSync } from "node:fs";
import { parse } from "yaml";
import { z } from "zod";
import { UserError } from "../core/errors.ts";
import { fileProblem } from "../core/file-problem.ts";
import { SEVERITIES, waiver } from "../site/policy-settings.ts";
import { PROFILES } from "./profiles.ts";

/** The file that is read where the program runs. */
export const SETTINGS_FILE = "exploreiot-policies.yaml";

const name = z.string().min(1);

const settings = {
  profile: z.enum(PROFILES).optional().describe("for whom files are judged; default: by the input"),
  stopAt: z.enum(SEVERITIES).optional().describe("findings of this severity and above are shown, and fail"),
  only: z.array(name).min(1).optional().describe("rules or families that judge, and no others"),
  skip: z.array(name).default([]).describe("rules or families that do not judge"),
  levels: z
    .record(name, z.enum(SEVERITIES))
    .default({})
    .describe("the severity of findings of a rule or a family"),
};

const checkerSettings = z.strictObject({
  ...settings,
  waivers: z.array(waiver).default([]).describe("findings that are accepted for a while, in every input"),
});

/** How files are judged, as `exploreiot-policies.yaml` says it. */
export type CheckerSettings = z.output<typeof checkerSettings>;

/** What `x-exploreiot` says in a compose file: waivers are looked at one by one, and what is wrong with one is a finding. */
export const stackSettings = z.strictObject({ ...settings, waivers: z.unknown().optional() });

export const NO_SETTINGS: CheckerSettings = { skip: [], levels: {}, waivers: [] };

/** Settings with the text that they were read from, for the lines of what is found in them. */
export interface SettingsFile {
  readonly file: string;
  readonly text: string;
  readonly settings: CheckerSettings;
}

/**
 * Reads the settings of a file.
 *
 * @param named what the caller has asked for; otherwise the usual file, if it is there
 * @throws UserError if it cannot be read, or says what nobody understands
 */
export function readSettings(named?: string): SettingsFile | undefined {
  const file = named ?? SETTINGS_FILE;
  if (named === undefined && !statSync(file, { throwIfNoEntry: false })?.isFile()) return undefined;
  const text = textOf(file);
  const result = checkerSettings.safeParse(parsed(file, text) ?? {});
  if (result.success) return { file, text, settings: result.data };
  throw new UserError(
    result.error.issues
      .map(({ path, message }) => `${file}: ${path.join(".") || "the file"}: ${message}`)
      .join("\n"),
    `allowed: ${Object.keys(settings).join(", ")}, waivers; docs/checking-your-own-files.md shows them`,
  );
}

export const settingsJsonSchema = () => ({
  title: `How exploreiot-policies judges: ${SETTINGS_FILE}`,
  ...z.toJSONSchema(checkerSettings, { io: "input" }),
});

function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UserError(`${file}: cannot be read (${fileProblem(error)})`, "check the path and its mode");
  }
}

function parsed(file: string, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new UserError(`${file}: ${(error as Error).message.trimEnd()}`, "fix the syntax at that place");
  }
}
