import { cpus, loadavg, release, totalmem } from "node:os";
import { run } from "./process.js";

/** The machine, on which figures depend besides the kit. */
export async function describeMachine() {
  return {
    cores: cpus().length,
    processor: cpus()[0]?.model ?? "unknown",
    memoryMiB: Math.round(totalmem() / 2 ** 20),
    kernel: release(),
    node: process.versions.node,
    dockerEngine: await version(["docker", "version", "--format", "{{.Server.Version}}"]),
    dockerClient: await version(["docker", "version", "--format", "{{.Client.Version}}"]),
    compose: await version(["docker", "compose", "version", "--short"]),
    terraform: await version(["terraform", "version"], /v(\S+)/),
  };
}

/** Mean number of processes that ran or wanted to in the last minute: above the cores, figures are too high. */
export const load = () => Math.round((loadavg()[0] ?? 0) * 10) / 10;

/**
 * @param {readonly string[]} argv
 * @param {RegExp} [pattern] whose first group is the version
 */
async function version(argv, pattern = /(\S+)/) {
  try {
    return pattern.exec((await run(argv, { limitSeconds: 30 })).stdout)?.[1] ?? "unknown";
  } catch {
    return "none";
  }
}
