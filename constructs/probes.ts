import { PROBE_FOLDER } from "../core/container-folders.ts";
import type { HealthCheck, HealthTiming } from "../site/fields.ts";
import type { Site } from "../site/site.ts";

/** How a probe is repeated. Docker runs the first one an interval after the start. */
export type ProbeTiming = { readonly [Field in keyof HealthTiming]-?: number };

/**
 * The timing of one service's probe. Each probe costs the engine some 90 ms of CPU, the probed program aside: every 2 s in six containers that is a
 * quarter of a core, for ever (measured, Engine 20.10). Locally it buys a quick start; a server starts seldom. A
 * shorter interval at the start only is not offered: clients refuse it before Engine 25.
 *
 * @param own what the deployment says of this service; what it leaves out is as it says of all, and else as the
 * environment has it
 */
export function probeTiming(
  { environment, health: all = {} }: Pick<Site, "environment" | "health">,
  own: HealthTiming = {},
): ProbeTiming {
  const production = environment === "production";
  const said = (field: keyof HealthTiming) => own[field] ?? all[field];
  return {
    startPeriodSeconds: said("startPeriodSeconds") ?? 30,
    intervalSeconds: said("intervalSeconds") ?? (production ? 10 : 2),
    timeoutSeconds: said("timeoutSeconds") ?? 3,
    retries: said("retries") ?? (production ? 3 : 5),
  };
}

/**
 * Whole seconds until a container that never turns healthy is given up: a tight bound, since for a failing container
 * it is also the time the provider takes to say so (rule 5).
 */
export function waitTimeoutSeconds(timing: ProbeTiming): number {
  const { startPeriodSeconds, intervalSeconds, timeoutSeconds, retries } = timing;
  return Math.floor(startPeriodSeconds + (intervalSeconds + timeoutSeconds) * (retries + 1) + 5);
}

/** Exec form of a probe; its own time limit is that of the engine, so that it still says that there was no answer. */
export type Probe = (timing: Pick<ProbeTiming, "timeoutSeconds">) => readonly string[];

/**
 * The program that asks a service at the address at which others reach it, see images/probe. It needs nothing from
 * the image, and costs 1 ms of CPU where a Python or Node one-liner costs 75 ms, each interval, for ever.
 */
export const PROBE_PROGRAM = `${PROBE_FOLDER}/probe`;

/** A command of the image's own. */
export const commandProbe =
  (command: readonly string[]): Probe =>
  () => ["CMD", ...command];

/**
 * GET of a path is answered with 2xx or 3xx.
 *
 * @param host the Host header: a name that users type, which is what the application has to accept
 */
export const httpProbe =
  (port: number, path: string, host: string): Probe =>
  ({ timeoutSeconds }) => ["CMD", PROBE_PROGRAM, "http", String(port), path, host, String(timeoutSeconds)];

/** The port accepts a connection from the network; then a command of the image's own decides. */
export const tcpProbe =
  (port: number, command: readonly string[]): Probe =>
  ({ timeoutSeconds }) => ["CMD", PROBE_PROGRAM, "tcp", String(port), String(timeoutSeconds), ...command];

/** A process runs that has this name, as a program or as an argument of one. */
export const processProbe =
  (name: string): Probe =>
  () => ["CMD", PROBE_PROGRAM, "process", name];

/** The probe of an application: what the deployment says, else GET of the application's health path. */
export function probeOf(
  health: HealthCheck | undefined,
  { port, healthPath }: { readonly port?: number | undefined; readonly healthPath?: string },
  { hosts }: Pick<Site, "hosts">,
): Probe {
  if (health?.command !== undefined) return commandProbe(health.command);
  if (health?.process !== undefined) return processProbe(health.process);
  const path = health?.path ?? healthPath;
  if (port === undefined || path === undefined) throw new Error("a probe over HTTP needs a port and a path");
  return httpProbe(port, path, hostHeader(hosts[0] as string));
}

/** An IPv6 address stands in brackets where a port could follow. */
const hostHeader = (host: string) => (host.includes(":") ? `[${host}]` : host);
