import { rmSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../core/errors.ts";
import type { RunnerContext } from "../runner.ts";
import { command } from "../terraform/command.ts";
import { type Change, describeChanges, messagesIn } from "../terraform/messages.ts";
import { progress, settled } from "./settle.ts";
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
  // It was tried as often as it may be: another attempt is another service.
  const again = jobs.flatMap(({ service, progress }) =>
    typeof progress === "object" && progress.failed === "failed" ? [service.address] : [],
  );
  const changes = await plan(own, again, []);
  for (const line of describeChanges(changes.filter(({ action }) => action !== "import"))) report(line);
  const changed = new Set(changes.map(({ address }) => address));
  const open = jobs
    .filter(({ service, progress }) => progress !== "settled" || changed.has(service.address))
    .map(({ service }) => service);
  for (const stage of [...new Set(open.map(({ stage }) => stage))].toSorted((one, other) => one - other)) {
    const first = services.filter((one) => one.stage <= stage);
    const targets = first.map(({ address }) => address);
    if (
      (
        await plan(
          own,
          again.filter((one) => targets.includes(one)),
          targets,
        )
      ).length > 0
    )
      await apply(own);
    again.length = 0;
    await allSettled(stack.name, first, wait);
  }
  const rest = open.length === 0 ? changes : await plan(own, [], []);
  if (rest.length > 0) await apply(own);
  else if (changes.length === 0) report("terraform: no changes");
  await allSettled(stack.name, services, wait);
}

/** @throws NotSettled that names those that do not run as declared */
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
  again: readonly string[],
  targets: readonly string[],
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
