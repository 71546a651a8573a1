import type { Problem } from "../core/problems.ts";
import type { ParsedDeployment } from "../services/deployment.ts";

export const limitsAreApart = ({ sensors }: ParsedDeployment): readonly Problem[] =>
  Object.entries(sensors).flatMap(([name, { low, high }]) => {
    if (low === undefined || high === undefined || low < high) return [];
    const allowed = `a number below sensors.${name}.high (${high})`;
    return [{ path: `sensors.${name}.low`, got: low, allowed, fix: "exchange them, or leave one out" }];
  });

/** An alarm tells what a plant does, and its secret who may say so. */
export function webhookIsPrivate({ alarms, environment }: ParsedDeployment): readonly Problem[] {
  const url = alarms.webhook?.url;
  if (url === undefined || environment === "local" || url.startsWith("https:")) return [];
  const allowed = "an address that begins with https://, but in environment local";
  return [{ path: "alarms.webhook.url", got: url, allowed, fix: "use https" }];
}
