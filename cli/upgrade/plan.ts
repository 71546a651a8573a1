import { z } from "zod";
import { EXIT } from "../../core/report.ts";
import { planOnSwarm } from "../../render/swarm/deploy.ts";
import { plan } from "../../runners/deploy.ts";
import { formerData } from "../../runners/upgrade/former-data.ts";
import { printJson } from "../json.ts";
import { planInWords } from "../plan.ts";
import { progress } from "../progress.ts";
import { planOutput } from "../status-output.ts";
import { targetOf } from "../swarm/target.ts";
import { synthesize } from "../synthesize.ts";
import { type Outlook, outlookJson, outlookLines, outlookOf, outlookShape } from "./outlook.ts";

export const upgradePlanOutput = planOutput.omit({ warnings: true, refused: true }).extend({
  ...outlookShape,
  former: z
    .array(z.strictObject({ volume: z.string(), version: z.int().describe("major version") }))
    .readonly()
    .describe("volumes of older versions: their data is carried over unless it was before"),
  needsBackup: z.boolean().describe("whether a fresh verified backup is asked for"),
  verifiedBackup: z.string().exactOptional().describe("when the last verified one was made, RFC 3339 in UTC"),
});

/** `upgrade --plan`: everything that is known before it is done. */
export async function planUpgrade({
  config,
  json,
}: {
  readonly config: string;
  readonly json?: true;
}): Promise<void> {
  const synthesized = await synthesize(config, { draft: true });
  const { deployment, stack, home } = synthesized;
  const outlook = await outlookOf(synthesized, config);
  const former = (await formerData(stack)).map(({ volume, version }) => ({ volume, version }));
  const planOf = (await targetOf(deployment.name, undefined)) === "swarm" ? planOnSwarm : plan;
  const planned = await planOf({ stack, home, runner: "auto", report: progress });
  const name = deployment.name;
  if (json) printJson(upgradePlanOutput, { deployment: name, ...asJson(outlook), former, ...planned });
  else
    for (const line of [
      ...outlookLines(name, outlook),
      ...former.map(
        ({ volume, version }) =>
          `${volume}: data of PostgreSQL ${version}, carried over unless it was before`,
      ),
      ...backupLines(outlook),
      planInWords(planned, stack),
    ])
      console.log(line);
  const { steps, dataInDanger } = planned;
  process.exitCode = dataInDanger.length > 0 ? EXIT.userError : steps.length > 0 ? EXIT.changes : EXIT.ok;
}

const asJson = ({ needsBackup, verifiedBackup, ...rest }: Outlook) => ({
  ...outlookJson({ ...rest, needsBackup }),
  needsBackup,
  ...(verifiedBackup === undefined ? {} : { verifiedBackup: verifiedBackup.toISOString() }),
});

const backupLines = ({ needsBackup, verifiedBackup }: Outlook): readonly string[] =>
  needsBackup
    ? [`a verified backup is asked for; the last one: ${verifiedBackup?.toISOString() ?? "none"}`]
    : [];
