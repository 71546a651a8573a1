import { z } from "zod";
import { deploy } from "../runners/deploy.ts";
import { type CarriedOver, carryOver, deleteFormer } from "../runners/upgrade/upgrade.ts";
import { refuseWithoutBackup } from "../runners/upgrade/verified-backup.ts";
import { printJson } from "./json.ts";
import { configOption, jsonOption, verb } from "./options.ts";
import { interruptSignal, progress } from "./progress.ts";
import { synthesize } from "./synthesize.ts";
import { outlookJson, outlookLines, outlookOf, outlookShape } from "./upgrade/outlook.ts";
import { planUpgrade } from "./upgrade/plan.ts";
import { rewriteSite } from "./upgrade/rewrite.ts";
import { VERBS } from "./verbs.ts";

interface Options {
  readonly config: string;
  readonly json?: true;
  readonly oldImage?: string;
  readonly deleteFormer?: true;
  readonly plan?: true;
  readonly rewrite?: true;
  readonly withoutBackup?: true;
}

const versioned = z.strictObject({ version: z.int().describe("major version"), volume: z.string() });

export const upgradeOutput = z.strictObject({
  deployment: z.string(),
  ...outlookShape,
  carried: z
    .array(
      z.strictObject({
        service: z.string(),
        from: versioned,
        to: versioned,
        compared: z
          .strictObject({ tables: z.int(), rows: z.int() })
          .exactOptional()
          .describe(
            "the tables and rows that were compared, and are equal; absent where the data was carried over before",
          ),
      }),
    )
    .readonly(),
  deleted: z.array(z.string()).readonly().describe("former volumes, with --delete-former"),
});

export const upgradeCommand = verb("upgrade", VERBS.upgrade)
  .addOption(configOption())
  .addOption(jsonOption())
  .option(
    "--old-image <image>",
    "an image with the older PostgreSQL, where this machine has none of the kit's",
  )
  .option("--delete-former", "delete the old volumes, once their data is carried over")
  .option("--plan", "say what changes, by name, and what up would do; change nothing")
  .option(
    "--rewrite",
    "write a site file of an older version as one of today, with its comments; deploy nothing",
  )
  .option("--without-backup", "migrate data although no fresh backup of it was verified")
  .addHelpText(
    "after",
    `
Names the breaking changes between the version that made the deployment and this one. --plan exits with 2 when there is
something to do.

Services that write to the database are stopped meanwhile, and readings wait in the broker. Every table is compared before the new
data counts. The old volume is kept; --delete-former deletes it. Run it again after any interruption.

Example: exploreiot upgrade -c site.yaml`,
  )
  .action(async ({ plan: planned, rewrite, ...options }: Options) => {
    if (rewrite) await rewriteSite(options);
    else if (planned) await planUpgrade(options);
    else await upgrade(options);
  });

async function upgrade({ config, json, oldImage, deleteFormer: deleting, withoutBackup }: Options) {
  const synthesized = await synthesize(config);
  const { deployment, stack, home } = synthesized;
  const signal = interruptSignal();
  const options = {
    ...{ stack, home, report: progress, signal },
    ...(oldImage === undefined ? {} : { oldImage }),
  };
  const outlook = await outlookOf(synthesized, config);
  if (!deleting) {
    outlookLines(deployment.name, outlook).forEach(progress);
    if (outlook.needsBackup && !withoutBackup) refuseWithoutBackup(outlook.verifiedBackup);
  }
  const carried = deleting ? [] : await carryOver(options);
  const deleted = deleting ? await deleteFormer(options) : [];
  if (!deleting) await deploy({ ...options, runner: "auto" });
  if (json) {
    printJson(upgradeOutput, { deployment: deployment.name, ...outlookJson(outlook), carried, deleted });
    return;
  }
  for (const line of [...carried.map(told), ...deleted.map((volume) => `${volume} is deleted.`)])
    console.log(line);
  if (carried.length + deleted.length === 0)
    console.log(`${deployment.name}: no data of an older version; nothing to carry over.`);
}

function told({ from, to, compared }: CarriedOver): string {
  const done = `PostgreSQL ${from.version} → ${to.version}: ${to.volume} is in use, ${from.volume} is kept`;
  const equal = compared && `${compared.rows} rows in ${compared.tables} tables are equal`;
  return `${[done, equal].filter(Boolean).join("; ")}.`;
}
