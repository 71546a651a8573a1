import { z } from "zod";
import { writtenIn } from "../../config/load.ts";
import { kitVersion } from "../../core/kit-version.ts";
import { labelled } from "../../runners/docker/observe.ts";
import { readRecord } from "../../runners/record.ts";
import { formerData } from "../../runners/upgrade/former-data.ts";
import { lastVerifiedBackup, makesBackups } from "../../runners/upgrade/verified-backup.ts";
import type { Synthesized } from "../synthesize.ts";
import { type Change, changesFor } from "./changes.ts";

/** The effects of an upgrade on a deployment, before anything is done. */
export interface Outlook {
  /** Version of the kit that made what runs. @default - nobody knows */
  readonly from?: string;
  readonly to: string;
  readonly changes: readonly Change[];

  /** Whether data is migrated of which there has to be a backup. */
  readonly needsBackup: boolean;
  readonly verifiedBackup?: Date;
}

export const outlookShape = {
  from: z
    .string()
    .exactOptional()
    .describe("version of the kit that made what runs; absent where that is not known"),
  to: z.string().describe("version of this kit"),
  changes: z
    .array(
      z.strictObject({
        name: z.string(),
        since: z.string().describe("first version that has it"),
        what: z.string(),
        remedy: z.string(),
      }),
    )
    .readonly()
    .describe("breaking changes between the two that touch this deployment"),
};

export async function outlookOf({ deployment, stack, home }: Synthesized, config: string): Promise<Outlook> {
  const to = kitVersion();
  const record = readRecord(home);
  const isThere = record !== undefined || (await labelled(stack.name)).length > 0;
  const from = isThere ? record?.kit : to;
  const written = await writtenIn(config);
  const isMigrated = from !== to || (await formerData(stack)).length > 0;
  const needsBackup = isMigrated && makesBackups(stack, record);
  const verifiedBackup = needsBackup ? await lastVerifiedBackup(stack) : undefined;
  return {
    ...(from === undefined ? {} : { from }),
    ...{ to, changes: changesFor(from, { stack, deployment, written }) },
    needsBackup,
    ...(verifiedBackup === undefined ? {} : { verifiedBackup }),
  };
}

export const outlookJson = ({ from, to, changes }: Outlook) => ({
  ...(from === undefined ? {} : { from }),
  ...{ to, changes: changes.map(({ touches: _, ...change }) => change) },
});

/** The versions, and each change by name with what to do. */
export const outlookLines = (name: string, { from, to, changes }: Outlook): readonly string[] => [
  from === to
    ? `${name} was made by this version of the kit (${to}).`
    : `${name} was made by version ${from ?? "(not known)"} of the kit, and this is ${to}: ${changes.length} breaking changes touch it.`,
  ...changes.flatMap(({ name, what, remedy }) => [`${name}: ${what}`, `  → ${remedy}`]),
];
