import type { HealthCheck, HealthTiming } from "../site/fields.ts";
import type { Site } from "../site/site.ts";

/** How a probe is repeated. Docker runs the first one an interval after the start. */
export type ProbeTiming = { readonly [Field in keyof HealthTiming]-?: number } & {
  /** Between two checks of a service that works; `intervalSeconds` counts while it starts, and once a check has failed. */
  readonly restSeconds: number;
};

/**
 * The timing of one service's probe: a short interval buys a quick start, a longer one afterwards leaves a stack at rest alone.
 * `start_interval` would do that too, where clients know it: Engine 25.
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
    restSeconds: said("intervalSeconds") ?? (production ? 10 : 5),
    timeoutSeconds: said("timeoutSeconds") ?? 3,
    retries: said("retries") ?? (production ? 3 : 5),
  };
}

/**
 * Whole seconds until a container that never turns healthy is given up: a tight bound, since for a failing container
 * it is also the time the provider takes to say so (rule 5).
 */
export function waitTimeoutSeconds(timing: Omit<ProbeTiming, "restSeconds">): number {
  const { startPeriodSeconds, intervalSeconds, timeoutSeconds, retries } = timing;
  return Math.floor(startPeriodSeconds + (intervalSeconds + timeoutSeconds) * (retries + 1) + 5);
}

/** A check as the program of images/probe takes it. It needs nothing from the image, and costs 1 ms of CPU. */
export type Probe = (timing: Pick<ProbeTiming, "timeoutSeconds">) => readonly string[];

/** A command of the image's own. */
export const commandProbe =
  (command: readonly string[]): Probe =>
  () => ["run", ...command];

/**
 * GET of a path is answered with 2xx or 3xx.
 *
 * @param host the Host header: a name that users type, which is what the application has to accept
 */
export const httpProbe =
  (port: number, path: string, host: string): Probe =>
  ({ timeoutSeconds }) => ["http", String(port), path, host, String(timeoutSeconds)];

/** The port accepts a connection from the network; then a command of the image's own decides. */
export const tcpProbe =
  (port: number, command: readonly string[]): Probe =>
  ({ timeoutSeconds }) => ["tcp", String(port), String(timeoutSeconds), ...command];

/** A process runs that has this name, as a program or as an argument of one. */
export const processProbe =
  (name: string): Probe =>
  () => ["process", name];

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
