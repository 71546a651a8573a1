import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { networkInterfaces } from "node:os";
import { remoteScheme } from "../docker/remote.ts";
import type { PreflightProblem } from "./facts.ts";

/** The hosts that are names and lead nowhere, as this machine resolves them (hosts file included). */
export async function nameProblems(hosts: readonly string[]): Promise<readonly PreflightProblem[]> {
  const found = await Promise.all(
    namesAmong(hosts).map(async (name) => ({ name, ...(await resolve(name)) })),
  );
  return found.flatMap(({ name, reason }) =>
    reason === undefined
      ? []
      : [
          {
            problem: `hosts: ${name} does not resolve (${reason})`,
            remedy:
              "add its DNS record (or a line in /etc/hosts), or take it out of hosts and of the routes of services",
          },
        ],
  );
}

/** The faults that a public CA will stumble over; only a warning, since a router may forward to this machine. */
export async function strangerWarnings(hosts: readonly string[]): Promise<readonly string[]> {
  if (remoteScheme() !== undefined) return [];
  const own = new Set(
    Object.values(networkInterfaces()).flatMap((all = []) => all.map(({ address }) => address)),
  );
  const found = await Promise.all(
    namesAmong(hosts).map(async (name) => ({ name, ...(await resolve(name)) })),
  );
  return found
    .filter(({ addresses }) => addresses.length > 0 && !addresses.some((address) => own.has(address)))
    .map(
      ({ name, addresses }) =>
        `hosts: ${name} leads to ${addresses.join(", ")}, which is no address of this machine: the certificate is issued only if port 443 there is forwarded here`,
    );
}

/** Names below `localhost` lead to this machine without a record (RFC 6761, 6.3): browsers do not even ask. */
const namesAmong = (hosts: readonly string[]) =>
  hosts.filter((host) => isIP(host) === 0 && !host.endsWith(".localhost"));

async function resolve(name: string): Promise<{ addresses: readonly string[]; reason?: string }> {
  try {
    return { addresses: (await lookup(name, { all: true })).map(({ address }) => address) };
  } catch (error) {
    return { addresses: [], reason: (error as NodeJS.ErrnoException).code ?? String(error) };
  }
}
