import { UserError } from "../core/errors.ts";
import { type FirewallStatus, firewallOf, firewallStatus } from "../engines/docker/firewall.ts";
import { firewallWarnings } from "../engines/docker/firewall-check.ts";
import { tryPorts } from "../engines/docker/published-ports.ts";
import { routeWarnings } from "../engines/docker/subnets.ts";
import { type Survey, survey } from "../engines/docker/survey.ts";
import { usageOf } from "../engines/docker/usage.ts";
import { type Drift, difference, findDrift } from "../engines/drift.ts";
import type { Change } from "../engines/settings/settings.ts";
import type { Stack } from "../engines/stack.ts";
import type { Deployment } from "../services/deployment.ts";
import { type ListenerReport, servedCertificates } from "./certificate-report.ts";
import { probeWarnings } from "./probe-warnings.ts";
import { type StackStatus, stackStatus } from "./stack-status.ts";
import { statusTable } from "./status-table.ts";
import type { Synthesized } from "./synthesize.ts";

/** Nothing of it is there; its data is and nothing else; some of its containers are there; all of them are. */
type DeploymentState = "not deployed" | "down" | "partly up" | "up";

/** All that `status --json` prints. */
export interface StatusReport extends StackStatus {
  readonly deployment: string;
  readonly state: DeploymentState;

  /** Whether all that the configuration decides is so, runs, and answers. */
  readonly asConfigured: boolean;

  /** Networks and volumes that are not as configured. */
  readonly resources: readonly {
    readonly kind: Drift["kind"];
    readonly name: string;
    readonly difference: string;
    readonly changes: readonly Change[];
  }[];

  /** What each TLS listener serves. */
  readonly certificates: readonly ListenerReport[];

  /** @default - it is off, or does not run */
  readonly firewall?: Pick<FirewallStatus, "table" | "state" | "reason" | "secondsLeft">;

  /** Findings of rules that the configuration accepts, each until a day. */
  readonly waived: Deployment["policies"]["waivers"];
  readonly warnings: readonly string[];
}

/**
 * Compares everything that the configuration decides with what runs, and tries what it opens.
 *
 * @param options.usage whether memory and CPU are measured, which takes 2 s
 */
export async function statusReport(
  { deployment, stack }: Synthesized,
  { usage }: { readonly usage: boolean },
): Promise<StatusReport> {
  const seen = await survey(stack);
  const drift = findDrift(stack, seen, undefined);
  const state = deploymentState(stack, seen);
  const isThere = state === "up" || state === "partly up";
  const [ports, used, certificates, firewall, ...warnings] = await Promise.all([
    tryPorts(stack, seen),
    usage ? usageOf(stack, seen) : new Map(),
    isThere ? servedCertificates(deployment) : [],
    isThere ? firewallIn(stack) : undefined,
    firewallWarnings(stack),
    routeWarnings(stack),
  ]);
  const status = stackStatus(stack, seen, { drift, ports, usage: used });
  const inForce = firewall === undefined || ["applied", "unconfirmed"].includes(firewall.state);
  return {
    deployment: deployment.name,
    state,
    asConfigured:
      status.well &&
      drift.length === 0 &&
      inForce &&
      certificates.every(({ problems }) => problems.length === 0),
    ...status,
    resources: drift
      .filter(({ kind }) => kind !== "container")
      .map(({ kind, name, differences, changes }) => ({
        ...{ kind, name, changes },
        difference: difference({ differences }),
      })),
    certificates,
    ...(firewall === undefined ? {} : { firewall }),
    waived: deployment.policies.waivers,
    warnings: [...warnings.flat(), ...probeWarnings(stack, seen)],
  };
}

function deploymentState({ containers, volumes }: Stack, seen: Survey): DeploymentState {
  const there = containers.filter(({ name }) => seen.containers.has(name)).length;
  if (there > 0) return there === containers.length ? "up" : "partly up";
  return volumes.some(({ name }) => seen.volumes.has(name)) ? "down" : "not deployed";
}

async function firewallIn(stack: Stack): Promise<StatusReport["firewall"]> {
  if (firewallOf(stack) === undefined) return undefined;
  try {
    const { counters: _, ...status } = await firewallStatus(stack.name);
    return status;
  } catch (error) {
    // It does not run, which its own line says.
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** The report as a person reads it. */
export function statusText(report: StatusReport): string {
  const { deployment, state, resources, certificates, firewall, waived } = report;
  if (state === "not deployed") return `${deployment} is not deployed: exploreiot up deploys it`;
  if (state === "down")
    return `${deployment} is down, its data is kept: exploreiot up brings it up again, exploreiot down --delete-data deletes the data`;
  return [
    statusTable(report),
    ...resources.map(({ kind, name, difference }) => `${kind} ${name}: ${difference}`),
    ...certificates.map(({ listener, address, certificate, problems }) =>
      [
        `certificate of ${listener} (${address})`,
        ...(certificate === undefined ? [] : [`${certificate.daysLeft} days left`]),
        ...problems,
      ].join(": "),
    ),
    ...(firewall === undefined
      ? []
      : [`firewall: ${[firewall.state, firewall.reason].filter(Boolean).join(": ")}`]),
    ...waived.map(({ rule, at, expires, reason }) => `waived until ${expires}: ${rule} at ${at}: ${reason}`),
  ].join("\n");
}
