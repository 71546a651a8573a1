import { readdirSync } from "node:fs";
import { UserError } from "../../core/errors.ts";
import type { PortBlock } from "../stack-json.ts";
import { textOrNothing } from "./engine-files.ts";
import { engineInfo, isRootless } from "./engine-info.ts";

/** The number of CAP_NET_BIND_SERVICE (`man 7 capabilities`). */
const BIND_SERVICE = 10n;

/**
 * A rootless engine opens no port that is root's, and says so when the container is made that has it: after all others.
 *
 * @param ports on this machine, which is the engine's
 * @throws UserError that names each of them, and both ways to allow it
 */
export async function refusePrivilegedPorts(ports: readonly PortBlock[]): Promise<void> {
  const closed = closedPorts(ports);
  if (closed.length === 0 || !isRootless(await engineInfo())) return;
  const lowest = Math.min(...closed.map(({ external }) => external));
  throw new UserError(
    closed
      .map(({ ip, external }) => `port ${ip}:${external} cannot be opened by a rootless engine`)
      .join("\n"),
    `as root: sysctl net.ipv4.ip_unprivileged_port_start=${lowest}, and the same line in /etc/sysctl.d to keep it`,
    'or: setcap cap_net_bind_service=ep "$(command -v rootlesskit)", then start the engine again',
    "or choose ports from 1024 on under listeners in the configuration",
  );
}

/**
 * Those that an engine without root may not open.
 *
 * @param proc for tests
 */
export function closedPorts(ports: readonly PortBlock[], proc = "/proc"): readonly PortBlock[] {
  const first = Number(textOrNothing(`${proc}/sys/net/ipv4/ip_unprivileged_port_start`));
  const below = ports.filter(({ external }) => external < first);
  return below.length === 0 || mayOpenAny(proc) ? [] : below;
}

/** Whether the program that opens an engine's ports was given the right to all of them. */
const mayOpenAny = (proc: string): boolean =>
  readdirSync(proc)
    .filter((name) => /^\d+$/.test(name) && textOrNothing(`${proc}/${name}/comm`).trim() === "rootlesskit")
    .some((pid) => {
      const [, effective = "0"] = /^CapEff:\s*(\w+)$/m.exec(textOrNothing(`${proc}/${pid}/status`)) ?? [];
      return ((BigInt(`0x${effective}`) >> BIND_SERVICE) & 1n) === 1n;
    });
