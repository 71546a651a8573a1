import { rmSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../core/errors.ts";
import type { RunnerContext } from "../runner.ts";
import { command } from "../terraform/command.ts";
import { type Change, describeChanges, messagesIn } from "../terraform/messages.ts";
import { setLabels } from "./service-labels.ts";
import { FAILED_FOR_GOOD, progress, settled } from "./settle.ts";
import type { ServiceAsked } from "./terraform-swarm.ts";

const PLAN = "up.tfplan";

/** A plan file holds every planned value in clear. */
export const forgetPlan = (folder: string): void => rmSync(join(folder, PLAN), { force: true });

/**
 * Plans and applies, and waits until every service runs as declared, or is done. Where a job has to run, what comes after it is applied
 * once it is done.
 *
 * @param own as `inFolder` makes it
 * @throws UserError that names the services which do not
 */
export async function bringUp(
  own: RunnerContext,
  services: readonly ServiceAsked[],
  waitSeconds: number,
): Promise<void> {
  const { stack, report, signal } = own;
  const wait = { waitSeconds, signal };
  const jobs = await progress(
    stack.name,
    services.filter(({ job }) => job),
  );
  const failed = jobs.filter(
    ({ progress }) => typeof progress === "object" && progress.failed === FAILED_FOR_GOOD,
  );
  for (const { service } of failed) report(`${service.name} failed before, and is started again`);
  // Another attempt is another service.
  const again = failed.map(({ service }) => service.address);
  const changes = await plan(own, again);
  for (const line of describeChanges(changes.filter(({ action }) => action !== "import"))) report(line);
  const changed = new Set(changes.map(({ address }) => address));
  const open = jobs
    .filter(({ service, progress }) => progress !== "settled" || changed.has(service.address))
    .map(({ service }) => service);
  await runJobs(own, services, { open, again, wait });
  const rest = open.length === 0 ? changes : await plan(own);
  if (rest.length > 0) await apply(own);
  else if (changes.length === 0) report("terraform: no changes");
  await allSettled(stack.name, services, wait);
  await setLabels(services);
}

interface Jobs {
  /** Those that have to run, or to end. */
  readonly open: readonly ServiceAsked[];

  /** Addresses of those to be made again. */
  readonly again: readonly string[];
  readonly wait: Parameters<typeof settled>[2];
}

/** Applies up to the stage of each job, one after the other, and waits for its end. */
async function runJobs(
  own: RunnerContext,
  services: readonly ServiceAsked[],
  { open, again, wait }: Jobs,
): Promise<void> {
  const stages = [...new Set(open.map(({ stage }) => stage))].toSorted((one, other) => one - other);
  for (const stage of stages) {
    const first = services.filter((one) => one.stage <= stage);
    const replaced = first.filter((one) => one.stage === stage && again.includes(one.address));
    const changes = await plan(
      own,
      replaced.map(({ address }) => address),
      first.map(({ address }) => address),
    );
    if (changes.length > 0) await apply(own);
    await allSettled(own.stack.name, first, wait);
  }
}

/** @throws UserError that names those that do not run as declared */
async function allSettled(
  deployment: string,
  services: readonly ServiceAsked[],
  wait: Parameters<typeof settled>[2],
): Promise<void> {
  const troubles = await settled(deployment, services, wait);
  if (troubles.length > 0) throw new UserError(troubles.join("\n"));
}

async function plan(
  own: RunnerContext,
  again: readonly string[] = [],
  targets: readonly string[] = [],
): Promise<readonly Change[]> {
  const options = [
    ...again.map((address) => `-replace=${address}`),
    ...targets.map((address) => `-target=${address}`),
  ];
  const output = await command(own, ["plan", "-input=false", "-json", `-out=${PLAN}`, ...options]);
  return messagesIn(output).changes;
}

async function apply(own: RunnerContext): Promise<void> {
  await command(own, ["apply", "-input=false", "-json", PLAN]);
}
