import { UserError } from "../../core/errors.ts";
import type { OutsideServer } from "../../core/stack-facts.ts";
import { refuseEndangered } from "../data-in-danger.ts";
import { rememberDataVolumes } from "../docker/data-volumes.ts";
import { engineVersion } from "../docker/engine-check.ts";
import { firewallOf } from "../docker/firewall.ts";
import { confirmationNotice, probeFirewall, refuseUnguardableEngine } from "../docker/firewall-check.ts";
import { imageOf, observe } from "../docker/observe.ts";
import { refuseTakenPorts } from "../docker/ports.ts";
import { remoteScheme } from "../docker/remote.ts";
import { refuseRoutedSubnets, refuseTakenSubnets } from "../docker/subnets.ts";
import { refuseForeign } from "../guards.ts";
import { AwayError, allOf, openOutside, serverName } from "../outside.ts";
import type { Report } from "../runner.ts";
import type { Stack } from "../stack.ts";
import { clockProblems } from "./clock.ts";
import { nameProblems, strangerWarnings } from "./names.ts";
import { scarceProcessors } from "./processors.ts";

/**
 * Faults that only show when a part is made already, once clients connect, or when a certificate is asked for: processors
 * that are not there and, in production, names that lead nowhere and clocks that are wrong.
 *
 * @throws UserError with every problem at once
 */
export async function refuseBadGround(stack: Stack, report: Report): Promise<void> {
  const { preflight, outside = [] } = stack;
  await refuseUnreachable(outside, report);
  const [processors, names, clocks] = await Promise.all([
    scarceProcessors(stack),
    preflight === undefined ? [] : nameProblems(preflight.hosts),
    preflight === undefined ? [] : clockProblems(preflight.builtOn),
  ]);
  const problems = [...processors, ...names, ...clocks];
  if (problems.length > 0) {
    throw new UserError(
      problems.map(({ problem }) => problem).join("\n"),
      ...new Set(problems.map(({ remedy }) => remedy)),
    );
  }
  for (const line of preflight?.issued === true ? await strangerWarnings(preflight.hosts) : []) report(line);
}

/**
 * A server in place of a container that cannot be used: every program that needs it would fail at its start. Of a cluster
 * some may be away, as after a failover.
 */
async function refuseUnreachable(servers: readonly OutsideServer[], report: Report): Promise<void> {
  if (servers.length > 0 && remoteScheme() !== undefined) {
    report(
      `not looked at from here, since the engine is on another machine: ${servers.map(serverName).join(", ")}`,
    );
    return;
  }
  const failed = (await Promise.all(servers.map(failureOf))).filter((error) => error !== undefined);
  const answering = new Set(
    servers
      .filter((server) => failed.every((failure) => failure.server !== server))
      .map(({ service }) => service),
  );
  const isSpare = ({ server, error }: Failure) => error instanceof AwayError && answering.has(server.service);
  for (const { error } of failed.filter(isSpare)) report(error.message);
  const serious = failed.filter((failure) => !isSpare(failure));
  if (serious.length > 0) throw allOf(serious.map(({ error }) => error));
}

interface Failure {
  readonly server: OutsideServer;
  readonly error: UserError;
}

async function failureOf(server: OutsideServer): Promise<Failure | undefined> {
  try {
    (await openOutside(server)).destroy();
    return undefined;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { server, error };
  }
}

/** Everything that `up` looks at before it changes anything, for `cdktf deploy`, which goes to Terraform directly. */
export async function preflight(stack: Stack, home: string, report: Report): Promise<void> {
  const [seen] = await Promise.all([observe(stack), engineVersion()]);
  await Promise.all([
    refuseBadGround(stack, report),
    refuseTakenPorts(stack, seen),
    refuseTakenSubnets(stack),
    refuseRoutedSubnets(stack, report),
    refuseForeign(stack, home),
    refuseEndangered(stack),
    refuseUnguardableEngine(stack, report),
  ]);
  for (const line of [...(await probed(stack)), ...confirmationNotice(stack)]) report(line);
  rememberDataVolumes(stack, home);
}

/** Under `cdktf deploy` the image that tries the rules may not be made yet: then the firewall itself refuses. */
async function probed(stack: Stack): Promise<readonly string[]> {
  const image = firewallOf(stack)?.image;
  if (image === undefined) return [];
  return (await imageOf(image)) === undefined ? [] : probeFirewall(stack);
}
