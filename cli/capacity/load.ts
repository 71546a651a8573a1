import { UserError } from "../../core/errors.ts";
import type { Deployment } from "../../services/deployment.ts";

/** Sensors that send alike and whose readings are kept alike. */
export interface Group {
  readonly sensors: number;
  readonly intervalSeconds: number;
  readonly rawDays: number;
}

export interface Asked {
  readonly sensors?: number;
  readonly interval?: number;
}

/**
 * The sensors that a plan is for: so many alike, or those of the site file.
 *
 * @throws UserError where nobody says how many, or how often one of them sends
 */
export function groupsOf(deployment: Deployment, { sensors, interval }: Asked): readonly Group[] {
  const { rawDays } = deployment.retention;
  if (sensors !== undefined) {
    if (interval === undefined)
      throw new UserError("--sensors says how many and not how often", "add --interval SECONDS");
    return [{ sensors, intervalSeconds: interval, rawDays }];
  }
  const named = Object.entries(deployment.sensors);
  if (named.length === 0)
    throw new UserError(
      `${deployment.name}: names no sensors`,
      "say how many there are: --sensors NUMBER --interval SECONDS",
      "or name them in the site file: sensors: { temp: { intervalSeconds: 10 } }",
    );
  return named.map(([name, { intervalSeconds = interval }]) => {
    if (intervalSeconds === undefined)
      throw new UserError(
        `sensors.${name}.intervalSeconds: got nothing; allowed: how often it sends, which a plan needs`,
        "add it, or say --interval SECONDS for those that say nothing",
      );
    return { sensors: 1, intervalSeconds, rawDays: daysOf(name, deployment.retention) };
  });
}

/** Of a class that names the sensor, else of the first whose pattern fits: as the backend decides it. */
function daysOf(name: string, { classes, rawDays }: Deployment["retention"]): number {
  const all = Object.values(classes);
  const one =
    all.find(({ sensors }) => sensors.includes(name)) ?? all.find(({ sensors }) => sensors.some(fits(name)));
  return one?.rawDays ?? rawDays;
}

const fits = (name: string) => (pattern: string) =>
  pattern.includes("*") && new RegExp(`^${pattern.split("*").map(literally).join(".*")}$`, "u").test(name);

const literally = (text: string) => text.replace(/[.\\^$|()[\]{}+?]/g, "\\$&");

export const sum = (numbers: readonly number[]): number => numbers.reduce((all, number) => all + number, 0);

export const rateOf = (groups: readonly Group[]): number =>
  sum(groups.map(({ sensors, intervalSeconds }) => sensors / intervalSeconds));

export const sensorsIn = (groups: readonly Group[]): number => sum(groups.map(({ sensors }) => sensors));
