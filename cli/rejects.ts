import { z } from "zod";
import { listFromApi } from "./api-way.ts";
import { printJson } from "./json.ts";
import { configOption, jsonOption, verb } from "./options.ts";
import { atMost1000 } from "./readings.ts";
import { synthesizeAnywhere } from "./synthesize.ts";
import { renderTable } from "./table.ts";
import { VERBS } from "./verbs.ts";

const reject = z.object({
  time: z.string().describe("when it came, RFC 3339 in UTC"),
  topic: z.string(),
  reason: z.string(),
  start: z.string().describe("its first 256 bytes"),
});

export const rejectsOutput = z.object({
  deployment: z.string(),
  rejects: z.array(reject).describe("newest first"),
});

/** As the API says it (apps/backend/README.md). */
export const toldReject = z
  .object({ recu: z.string(), sujet: z.string(), raison: z.string(), debut: z.string() })
  .transform(({ recu, sujet, raison, debut }) => ({
    time: recu,
    topic: sujet,
    reason: raison,
    start: debut,
  }));

interface Options {
  readonly config: string;
  readonly json?: true;
  readonly limit: number;
}

export const rejectsCommand = verb("rejects", VERBS.rejects, "rejects --limit 5")
  .addOption(configOption())
  .addOption(jsonOption())
  .option("-n, --limit <number>", "at most so many, 1 to 1000", atMost1000, 20)
  .action(async ({ config, json, limit }: Options) => {
    const synthesized = await synthesizeAnywhere(config);
    const rejects = [...(await listFromApi(synthesized, `/rejets?limite=${limit}`, toldReject))];
    const { name } = synthesized.deployment;
    if (json) printJson(rejectsOutput, { deployment: name, rejects });
    else if (rejects.length === 0) console.log(`${name}: no message was rejected`);
    else
      console.log(
        renderTable(
          ["time", "topic", "reason", "starts with"],
          rejects.map(({ time, topic, reason, start }) => [
            time,
            topic,
            reason,
            JSON.stringify(start.slice(0, 60)),
          ]),
        ),
      );
  });
