import { UserError } from "../../core/errors.ts";
import { apiHop, askDatabase, brokerHop, databaseHop, ingestHop, pageHop, redisHop } from "../chain/hops.ts";
import type { Synthesized } from "../synthesize.ts";
import { passed, type Step, untried } from "./steps.ts";

/** Looks at every hop between browser and broker, in the order in which a page asks. */
export async function walkPage(synthesized: Synthesized): Promise<readonly Step[]> {
  const hops = [pageHop, apiHop, redisHop, databaseHop, ingestHop, brokerHop];
  const steps = await Promise.all(hops.map((look) => look(synthesized)));
  return [...steps, await rejects(synthesized)];
}

/** Each hop works only while these work, so the first of them that failed is the cause. */
const CAUSES = ["database", "redis", "broker", "ingest", "api", "page"];

export const causeOf = (steps: readonly Step[]): string | null =>
  CAUSES.find((name) => steps.some(({ step, state }) => step === name && state === "failed")) ?? null;

async function rejects(synthesized: Synthesized): Promise<Step> {
  try {
    const [count = "", newest = ""] = (
      await askDatabase(
        synthesized,
        "SELECT count(*) FROM rejects; SELECT received, topic, reason FROM rejects ORDER BY id DESC LIMIT 1",
      )
    ).split("\n");
    return passed(
      "rejects",
      count === "0"
        ? "no message was rejected"
        : `${count} messages kept; newest: ${newest.replaceAll("|", ", ")}`,
    );
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return untried(
      "rejects",
      "they are in the database, which does not answer, or is not the shipped backend's",
    );
  }
}
