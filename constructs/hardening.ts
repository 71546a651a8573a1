import type { ContainerConfig } from "@cdktf/provider-docker/lib/container/index.js";
import type { Deployment } from "../config/parse.ts";
import type { HealthCheck } from "../config/schema.ts";

/**
 * What every container gets, whatever it runs. The traps of the provider (4.5) and of the engine that these
 * values avoid are listed in docs/architecture.md, "Provider rules".
 */
export const hardened = {
  readOnly: true,
  init: true,
  securityOpts: ["no-new-privileges:true"],
  capabilities: { drop: ["ALL"] },
  // The engine's own default fell from 1048576 to 1024 with Engine 29: too few for a broker.
  ulimit: [{ name: "nofile", soft: 16_384, hard: 16_384 }],
  // All keys or none: the engine merges its own defaults into a partial set and each plan then replaces (rule 11).
  logDriver: "json-file",
  logOpts: { "max-size": "10m", "max-file": "3" },
} satisfies Partial<ContainerConfig>;

/** How a probe is repeated. Docker runs the first one an interval after the start. */
export interface ProbeTiming {
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly retries: number;

  /** Failures in this time do not count against `retries`. */
  readonly startPeriodSeconds: number;
}

/**
 * Each probe costs the engine some 90 ms of CPU, the probed program aside: every 2 s in six containers that is a
 * quarter of a core, for ever (measured, Engine 20.10). Locally it buys a quick start; a server starts seldom. A
 * shorter interval at the start only is not offered: clients refuse it before Engine 25.
 */
export function probeTiming({ environment }: Pick<Deployment, "environment">): ProbeTiming {
  const common = { timeoutSeconds: 3, startPeriodSeconds: 30 };
  return environment === "production"
    ? { ...common, intervalSeconds: 10, retries: 3 }
    : { ...common, intervalSeconds: 2, retries: 5 };
}

/**
 * Seconds until a container that never turns healthy is given up: a tight bound, since for a failing container
 * it is also the time the provider takes to say so (rule 5).
 */
export function waitTimeoutSeconds(timing: ProbeTiming): number {
  const { startPeriodSeconds, intervalSeconds, timeoutSeconds, retries } = timing;
  return startPeriodSeconds + (intervalSeconds + timeoutSeconds) * (retries + 1) + 5;
}

/**
 * A duration as Go prints it, the only spelling that the provider reads back unchanged for containers:
 * 60 s is `1m0s`, never `60s` (rule 3).
 */
export function goDuration(seconds: number): string {
  if (seconds === 0) return "0s";
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  const rest = seconds % 60;
  if (hours > 0) return `${hours}h${minutes}m${rest}s`;
  if (minutes > 0) return `${minutes}m${rest}s`;
  return rest < 1 ? `${Math.round(rest * 1000)}ms` : `${rest}s`;
}

/** A tmpfs that runs nothing; owned by the user that the container runs as. */
export function tmpfsOptions(sizeMiB: number, user: string): string {
  const [uid, gid] = user.split(":");
  return `size=${sizeMiB}m,noexec,nosuid,nodev,uid=${uid},gid=${gid},mode=0700`;
}

/**
 * A probe for a program that answers HTTP. bash opens the connection itself: 4 ms of CPU against 75 ms for
 * a Python or Node one-liner, each interval, for ever.
 */
export function httpProbe(port: number, path: string): string[] {
  const request = `GET ${path} HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n`;
  const script = `exec 3<>/dev/tcp/127.0.0.1/${port} && printf '${request}' >&3 && read -r _ code _ <&3 && [[ $code == [23]?? ]]`;
  return ["CMD", "bash", "-c", script];
}

/** The probe of a role: what the deployment says, else GET of the application's health path. */
export function probeOf(health: HealthCheck | undefined, port: number, healthPath: string): string[] {
  if (health === undefined) return httpProbe(port, healthPath);
  return "path" in health ? httpProbe(port, health.path) : ["CMD", ...health.command];
}
