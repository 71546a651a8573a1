import { UserError } from "../../core/errors.ts";
import { engineVersion } from "../docker/engine-check.ts";
import type { EngineInfo } from "../docker/engine-info.ts";
import { remoteHost } from "../docker/remote.ts";
import { withoutEffect } from "../docker/unapplied.ts";
import { runnerNamed } from "../pick.ts";
import { run } from "../run.ts";
import type { RunnerContext } from "../runner.ts";
import { asWarnings, type Finding, ok, problem } from "./finding.ts";

/** Whether an engine answers that is new enough: no client, no engine and no permission are told apart. */
export async function engineAnswers(): Promise<Finding> {
  try {
    const { version, api } = await engineVersion();
    const where = remoteHost() ?? "this machine";
    return ok("engine.answers", `engine ${version} on ${where} answers (API ${api})`);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return problem("engine.answers", error.message, ...error.remedy);
  }
}

interface Versions {
  readonly Client: { readonly Version: string; readonly ApiVersion: string };
  readonly Server: { readonly ApiVersion: string; readonly MinAPIVersion: string };
}

/** Whether client and engine have a version of the API in common. */
export async function apiRange(): Promise<Finding> {
  const { stdout } = await run(["docker", "version", "--format", "{{json .}}"], { expected: [0, 1] });
  const { Client, Server } = JSON.parse(stdout) as Versions;
  const said = `client ${Client.Version} speaks API ${Client.ApiVersion}, the engine ${Server.MinAPIVersion} to ${Server.ApiVersion}`;
  return older(Client.ApiVersion, Server.MinAPIVersion)
    ? problem("engine.api", said, "upgrade Docker's client to one that speaks the engine's API")
    : ok("engine.api", said);
}

function older(one: string, other: string): boolean {
  const [a = [], b = []] = [one, other].map((text) => text.split(".").map(Number));
  return (a[0] ?? 0) < (b[0] ?? 0) || (a[0] === b[0] && (a[1] ?? 0) < (b[1] ?? 0));
}

/** The programs that can bring containers up here: at least one of the two has to. */
export async function runnersHere(context: RunnerContext): Promise<Finding> {
  const names = ["terraform", "compose"] as const;
  const reasons = await Promise.all(names.map((name) => runnerNamed(name).unavailable(context)));
  const usable = names.filter((_, index) => reasons[index] === undefined);
  const said = names.map((name, index) => `${name}: ${reasons[index] ?? "can be used"}`).join("; ");
  if (usable.length > 0) return ok("runner.usable", said);
  return problem(
    "runner.usable",
    said,
    "install Docker's compose plugin, or Terraform or OpenTofu with the provider kreuzwerker/docker: exploreiot doctor --setup",
  );
}

/** Limits that this engine does not enforce. */
export function limitsInForce(info: EngineInfo): readonly Finding[] {
  const well = `all limits are enforced (cgroup v${info.CgroupVersion ?? "?"}, driver ${info.CgroupDriver ?? "?"})`;
  return asWarnings(
    "limits.in-force",
    well,
    withoutEffect(info),
    "or count on no limit, and give the machine to this deployment alone",
  );
}

/** The parts of the kernel that confine containers, and the processor that it runs on. */
export function kernelFeatures(info: EngineInfo): Finding {
  const options = (info.SecurityOptions ?? []).join(", ");
  const said = `Linux ${info.KernelVersion ?? "?"}, storage ${info.Driver ?? "?"}, security: ${options || "none"}`;
  return options.includes("seccomp")
    ? ok("kernel.features", said)
    : problem(
        "kernel.features",
        `${said}: system calls of containers are not filtered`,
        "use a kernel with CONFIG_SECCOMP_FILTER, and do not start dockerd with seccomp-profile=unconfined",
      );
}
