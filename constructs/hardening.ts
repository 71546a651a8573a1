import type { ContainerConfig } from "@cdktf/provider-docker/lib/container/index.js";

/**
 * Settings that every container gets, no matter which program it runs. The traps of the provider (4.5) and of the engine that these
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
