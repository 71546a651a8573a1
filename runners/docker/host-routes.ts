import ipaddr from "ipaddr.js";
import type { Stack } from "../stack.ts";
import { readOnEngine, textOrNothing } from "./engine-files.ts";
import { remoteScheme } from "./remote.ts";

/** A route of the machine of the engine. */
export interface Route {
  readonly subnet: string;

  /** Of IPv4 outside of the main table it is `routing table 52`: no file names devices there. */
  readonly device: string;

  /** Whether it holds for some of the machine's packets alone, as rules of the routing policy say. @default false */
  readonly byRule?: true;

  /** Whether a router is on the way: the addresses are not on the link itself. */
  readonly routed: boolean;
}

/** IPv4's main table, all tables of IPv6, all tables of IPv4. VPNs such as Tailscale keep theirs out of the main one. */
const FILES = ["/proc/net/route", "/proc/net/ipv6_route", "/proc/net/fib_trie"];

/**
 * The routes of the engine's machine in both families. They are this machine's own where a bridge of the engine is
 * among them; otherwise an image of the deployment reads them there.
 *
 * @param bridges of the engine's networks
 * @returns undefined where they cannot be read: the engine is elsewhere, and no image is there yet
 */
export async function hostRoutes(
  stack: Stack,
  bridges: ReadonlySet<string>,
): Promise<readonly Route[] | undefined> {
  const here = parseRoutes(FILES.map(textOrNothing).join("\n"));
  if (areOf(bridges, here)) return here;
  const text = await readOnEngine(stack, FILES);
  return text === undefined ? undefined : parseRoutes(text);
}

/** Every engine has it, so it says nothing where there are others. */
const DEFAULT_BRIDGE = "docker0";

/** Whether routes of this machine are those of the engine's: a bridge of the engine is among them. */
export function areOf(bridges: ReadonlySet<string>, routes: readonly Route[]): boolean {
  if (remoteScheme() !== undefined) return false;
  const made = [...bridges].filter((name) => name !== DEFAULT_BRIDGE);
  const telling = made.length > 0 ? made : [...bridges];
  return routes.some(({ device }) => telling.includes(device));
}

/** The files of /proc, one after the other (`man 5 proc`, Linux's ipv6_route). Default routes are left out. */
export function parseRoutes(text: string): readonly Route[] {
  const listed = text.split("\n").flatMap((line) => {
    const words = line.trim().split(/\s+/);
    return (words.length === 11 ? ofIpv4(words) : words.length === 10 ? ofIpv6(words) : undefined) ?? [];
  });
  return [...listed, ...inOtherTables(text)].filter(
    ({ subnet, device }) => !subnet.endsWith("/0") && device !== "lo",
  );
}

/** The tree of addresses of each table that has a number: below an address stands each length that has a route. */
function inOtherTables(text: string): readonly Route[] {
  const tables = text.split(/^(?=Id \d+:$|(?:Main|Local):$)/m).filter((table) => table.startsWith("Id "));
  return tables.flatMap((table) => {
    const device = `routing table ${Number.parseInt(table.slice("Id ".length), 10)}`;
    let address = "";
    return [...table.matchAll(/\|-- (\S+)|^ *(\/\d+) (\w+) UNICAST/gm)].flatMap(
      ([, leaf, length, scope]): readonly Route[] => {
        if (leaf === undefined)
          return [{ subnet: `${address}${length}`, device, routed: scope === "universe", byRule: true }];
        address = leaf;
        return [];
      },
    );
  });
}

/** Iface, Destination, Gateway, Flags, RefCnt, Use, Metric, Mask, …: addresses in the machine's byte order, the low one first. */
function ofIpv4([device = "", destination = "", gateway = "", , , , , mask = ""]: readonly string[]) {
  if (!/^[0-9A-F]{8}$/.test(destination)) return undefined;
  const bytes = (hex: string) => [...Buffer.from(hex, "hex")].reverse();
  const length = new ipaddr.IPv4(bytes(mask)).prefixLengthFromSubnetMask() ?? 32;
  return {
    subnet: `${new ipaddr.IPv4(bytes(destination))}/${length}`,
    device,
    routed: !/^0+$/.test(gateway),
  };
}

/** Destination, its length, source, its length, next hop, metric, two counters, flags, device. */
function ofIpv6([destination = "", length = "", , , next = "", , , , , device = ""]: readonly string[]) {
  const address = new ipaddr.IPv6([...Buffer.from(destination, "hex")]);
  // Groups and link-local addresses are on every device, and no deployment may have them.
  if (address.range() === "multicast" || address.range() === "linkLocal") return undefined;
  return { subnet: `${address}/${Number.parseInt(length, 16)}`, device, routed: !/^0+$/.test(next) };
}
