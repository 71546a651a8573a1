import { readFileSync } from "node:fs";
import { release } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { EngineInfo } from "../../runners/docker/engine-info.ts";
import { type Finding, ok, unknown, warning } from "../../runners/doctor/finding.ts";
import type { Deployment } from "../../services/deployment.ts";

const ID = "swarm.kernel";

/**
 * Whether the kernel of this node has what the deployment's networks on a swarm take. Nothing of an engine that is in no swarm.
 *
 * @param root for tests. @default /
 */
export function kernelForSwarm(
  { Swarm, KernelVersion }: EngineInfo,
  { swarm }: Pick<Deployment, "swarm">,
  root = "/",
): readonly Finding[] {
  if (Swarm?.LocalNodeState !== "active") return [];
  const needs = [...(swarm.endpointMode === "vip" ? [IPVS] : []), ...(swarm.encrypted ? [ESP] : [])];
  if (needs.length === 0) return [];
  const wanted = needs.map(({ option }) => option).join(" and ");
  const options = KernelVersion === release() ? optionsOf(KernelVersion, root) : undefined;
  if (options === undefined)
    return [
      unknown(
        ID,
        `on a swarm the networks of this deployment take ${wanted}; no file says whether the kernel ${KernelVersion ?? "of the engine's machine"} has that`,
        `look on each node: grep -E 'CONFIG_(IP_VS|INET_ESP)=' /boot/config-$(uname -r)`,
      ),
    ];
  const missing = needs.filter(({ option }) => !options.has(option));
  return missing.length === 0
    ? [ok(ID, `the kernel of this node has ${wanted}; the other nodes' are not looked at`)]
    : missing.map(({ option, without, setting }) =>
        warning(
          ID,
          `the kernel of this node has no ${option}: on a swarm ${without}`,
          "use a kernel that has it, as those of Debian and Ubuntu do, on every node",
          `or say ${setting} in the site file`,
        ),
      );
}

const IPVS = {
  option: "CONFIG_IP_VS",
  without: "no service reaches another one by its name",
  setting: "swarm: { endpointMode: dnsrr }",
};
const ESP = {
  option: "CONFIG_INET_ESP",
  without: "nothing passes between two nodes",
  setting:
    "swarm: { encrypted: false }, over a network of your own alone, since passwords then cross it in clear text,",
};

/** The options with which a kernel was made, built in or as modules; undefined where it is not on record. */
function optionsOf(version: string, root: string): ReadonlySet<string> | undefined {
  const text =
    read(() => readFileSync(join(root, "boot", `config-${version}`), "utf8")) ??
    read(() => gunzipSync(readFileSync(join(root, "proc", "config.gz"))).toString());
  if (text === undefined) return undefined;
  return new Set([...text.matchAll(/^(CONFIG_\w+)=[ym]$/gm)].map(([, option]) => option as string));
}

function read(file: () => string): string | undefined {
  try {
    return file();
  } catch {
    return undefined;
  }
}
