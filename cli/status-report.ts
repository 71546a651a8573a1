import { warningsOf } from "../config/warnings.ts";
import { UserError } from "../core/errors.ts";
import type { OutsideServer } from "../core/stack-facts.ts";
import { firewallOf, firewallStatus } from "../runners/docker/firewall.ts";
import { firewallWarnings } from "../runners/docker/firewall-check.ts";
import { impostors } from "../runners/docker/impostors.ts";
import { observe } from "../runners/docker/observe.ts";
import { tryPorts } from "../runners/docker/published-ports.ts";
import { routeWarnings } from "../runners/docker/subnets.ts";
import { type Survey, survey } from "../runners/docker/survey.ts";
import { limitWarnings } from "../runners/docker/unapplied.ts";
import type { Usage, UsageMeter } from "../runners/docker/usage.ts";
import { openFiles } from "../runners/doctor/own-files.ts";
import { difference, findDrift } from "../runners/drift.ts";
import type { Stack } from "../runners/stack.ts";
import { archiveLines, backupLine, backupReport } from "./backup-status.ts";
import { bridgeLine, bridgeOf } from "./bridge-status.ts";
import { servedCertificates } from "./certificate-report.ts";
import { lastReadingsText, readLast } from "./last-readings.ts";
import { probeWarnings } from "./probe-warnings.ts";
import { resourceOf, stackStatus } from "./stack-status.ts";
import type { StackStatus, StatusReport } from "./status-output.ts";
import { statusTable } from "./status-table.ts";
import { storageOf, storageText } from "./storage.ts";
import type { Synthesized } from "./synthesize.ts";

/**
 * Compares everything that the configuration decides with what runs, and tries what it opens.
 *
 * @param meter measures memory and CPU. @default - they are not measured
 */
export async function statusReport(
  synthesized: Synthesized,
  meter: UsageMeter | undefined,
): Promise<StatusReport> {
  const { deployment, stack, home } = synthesized;
  const observed = observe(stack);
  const surveyed = survey(stack, observed);
  // It is awaited below, and may fail before.
  surveyed.catch(() => undefined);
  const early = await observed;
  const isThere = stack.containers.some(({ name }) => early.containers.has(name));
  const answers = Promise.all([
    tryPorts(stack, early),
    meter?.look(stack, early),
    isThere ? servedCertificates(deployment) : [],
    isThere ? firewallIn(stack) : undefined,
    isThere ? readLast(synthesized) : undefined,
    storageOf(stack, early),
    isThere ? backupReport(stack) : undefined,
    bridgeOf(stack, early),
    firewallWarnings(stack),
    // Without an image on a machine elsewhere they cannot be read, and then nothing is deployed there.
    routeWarnings(stack).then((lines) => lines ?? []),
    isThere ? limitWarnings() : [],
  ]);
  const [seen, [ports, used, certificates, firewall, readings, stored, backup, bridged, ...warnings]] =
    await Promise.all([surveyed, answers]);
  const drift = findDrift(stack, seen, undefined);
  const others = await impostors(stack, seen);
  const state = deploymentState(stack, seen);
  const status = stackStatus(stack, seen, {
    ...{ drift, ports, backup },
    ...(used === undefined ? {} : { usage: used }),
  });
  const storage = stored !== undefined && "unknown" in stored ? undefined : stored;
  const bridge = bridged !== undefined && "unknown" in bridged ? undefined : bridged;
  const inForce = firewall === undefined || ["applied", "unconfirmed"].includes(firewall.state);
  return {
    deployment: deployment.name,
    state,
    asConfigured:
      status.well &&
      drift.length === 0 &&
      others.length === 0 &&
      inForce &&
      (storage?.trouble ?? []).length === 0 &&
      bridge?.connected !== false &&
      (typeof readings !== "object" || readings.silent.length === 0) &&
      certificates.every(({ problems }) => problems.length === 0),
    ...status,
    unknown: [
      ...status.unknown,
      ...unmeasured(status, used),
      ...(typeof readings === "string" ? [readings] : []),
      ...(stored !== undefined && "unknown" in stored ? [stored.unknown] : []),
      ...(bridged !== undefined && "unknown" in bridged ? [bridged.unknown] : []),
    ],
    resources: [
      ...drift
        .filter(({ kind, surplus }) => kind !== "container" || surplus)
        .map(({ kind, name, differences, changes }) => ({
          ...{ kind, name, changes },
          difference: difference({ differences }),
        })),
      ...others.map(resourceOf),
    ],
    certificates,
    ...(firewall === undefined ? {} : { firewall }),
    ...(typeof readings === "object" ? { readings } : {}),
    ...(storage === undefined ? {} : { storage }),
    ...(backup === undefined ? {} : { backup }),
    ...(bridge === undefined ? {} : { bridge }),
    ...(stack.outside === undefined ? {} : { outside: stack.outside.map(outsideLine) }),
    waived: deployment.policies.waivers,
    warnings: [
      ...warningsOf(deployment),
      ...openFiles(home),
      ...warnings.flat(),
      ...probeWarnings(stack, seen),
    ],
  };
}

const outsideLine = ({ service, host, port, ca }: OutsideServer) => ({
  ...{ service, address: `${host}:${port}`, tls: ca !== undefined },
});

/** The engine tells nothing where its kernel does not count. */
function unmeasured(
  { containers }: StackStatus,
  used: ReadonlyMap<string, Usage> | undefined,
): readonly string[] {
  if (used === undefined) return [];
  const missing = containers.filter(
    ({ container, state, health }) => state === "running" && health !== "done" && !used.has(container),
  );
  return missing.length === 0
    ? []
    : [`memory and CPU of ${missing.map(({ role }) => role).join(", ")}: the engine does not tell them`];
}

function deploymentState({ containers, volumes }: Stack, seen: Survey): StatusReport["state"] {
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
  const { deployment, state, resources, certificates, firewall, readings, storage, backup, bridge, waived } =
    report;
  const absent = {
    "not deployed":
      report.unknown.length > 0
        ? `${deployment} is not on this engine`
        : `${deployment} is not deployed: exploreiot up deploys it`,
    down: `${deployment} is down, its data is kept: exploreiot up brings it up again, exploreiot down --delete-data deletes the data`,
  };
  if (state === "not deployed" || state === "down")
    return [absent[state], ...report.unknown.map((line) => `warning: ${line}`)].join("\n");
  return [
    statusTable(report),
    ...(readings === undefined ? [] : lastReadingsText(readings)),
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
    ...(storage === undefined ? [] : storageText(storage)),
    ...(backup === undefined ? [] : [backupLine(backup), ...archiveLines(backup)]),
    ...(bridge === undefined ? [] : [bridgeLine(bridge)]),
    ...(report.outside ?? []).map(
      ({ service, address, tls }) => `${service}: outside, ${address}, ${tls ? "TLS" : "clear text"}`,
    ),
    ...waived.map(({ rule, at, expires, reason }) => `waived until ${expires}: ${rule} at ${at}: ${reason}`),
  ].join("\n");
}
