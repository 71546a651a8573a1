import { z } from "zod";
import { EXIT } from "../core/report.ts";
import type { Followed } from "./chain/follow.ts";
import { printJson } from "./json.ts";
import { configOption, jsonOption, verb } from "./options.ts";
import { synthesizeAnywhere } from "./synthesize.ts";
import { VERBS } from "./verbs.ts";
import { wrapped } from "./wrap.ts";

const hop = z.object({
  hop: z.enum(["broker", "ingest", "database", "api", "redis", "socket"]),
  state: z.enum(["passed", "failed"]),
  ms: z.int().exactOptional().describe("since it was published; absent where it did not get there"),
  evidence: z.string(),
  lastLines: z.array(z.string()).readonly().exactOptional().describe("of the log of the hop that failed"),
});

export const followOutput = z.object({
  deployment: z.string(),
  sensor: z.string().describe("the name that marks the reading"),
  listener: z.enum(["mqtt", "mqtts", "inside", "outside"]),
  tls: z.boolean(),
  hops: z.array(hop).readonly(),
  failed: z.string().nullable().describe("the hop that failed; null: the reading went through all of them"),
  cleanedUp: z.boolean().describe("whether the reading is out of the database again"),
});

export const followCommand = verb("follow", VERBS.follow, "follow")
  .addOption(configOption())
  .addOption(jsonOption())
  .addHelpText(
    "after",
    "\nExits with 1 when it does not get through; the hop that failed is named with its last lines.",
  )
  .action(async ({ config, json }: { readonly config: string; readonly json?: true }) => {
    const synthesized = await synthesizeAnywhere(config);
    const { follow } = await import("./chain/follow.ts");
    const followed = await follow(synthesized);
    const failed = followed.hops.find(({ state }) => state === "failed")?.hop ?? null;
    if (json) printJson(followOutput, { deployment: synthesized.deployment.name, ...followed, failed });
    else console.log(told(followed));
    process.exitCode = failed === null && followed.cleanedUp ? EXIT.ok : EXIT.userError;
  });

function told({ sensor, listener, tls, hops, cleanedUp }: Followed): string {
  const lines = hops.flatMap(({ hop, state, ms, evidence, lastLines = [] }) => [
    `${state === "passed" ? `${String(ms).padStart(6)} ms` : "   failed"}  ${hop}: ${evidence}`,
    ...(lastLines.length === 0
      ? []
      : ["  last lines of its log:", ...lastLines.map((line) => `    ${line}`)]),
  ]);
  const head = `${sensor} over ${listener}${tls ? " (TLS)" : ""}`;
  const end = cleanedUp
    ? "taken out of the database again"
    : "not taken out again: the database does not answer";
  return wrapped([head, ...lines, end].join("\n"));
}
