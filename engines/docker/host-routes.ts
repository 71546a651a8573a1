import { readFileSync } from "node:fs";
import ipaddr from "ipaddr.js";
import { run } from "../run.ts";
import type { Stack } from "../stack.ts";

/** A route of the machine of the engine, in its main table. */
export interface Route {
  readonly subnet: string;
  readonly device: string;

  /** Whether a router is on the way: the addresses are not on the link itself. */
  readonly routed: boolean;
}

const FILES = ["/proc/net/route", "/proc/net/ipv6_route"];

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
  if (here.some(({ device }) => bridges.has(device))) return here;
  const image = await presentImage(stack);
  if (image === undefined) return undefined;
  const confined = ["--network", "host", "--read-only", "--cap-drop", "ALL", "--user", "65534:65534"];
  const { stdout } = await run(
    ["docker", "run", "--rm", ...confined, "--entrypoint", "cat", image, ...FILES],
    // 1: no IPv6 there.
    { expected: [0, 1] },
  );
  return parseRoutes(stdout);
}

/** One of the kit's images that the engine has. */
async function presentImage({ recipes }: Stack): Promise<string | undefined> {
  const tags = recipes.map(({ tag }) => tag);
  if (tags.length === 0) return undefined;
  const { stdout } = await run(
    ["docker", "image", "inspect", "--format", '{{join .RepoTags " "}}', ...tags],
    {
      expected: [0, 1],
    },
  );
  return stdout.split(/\s+/).find((tag) => tags.includes(tag));
}

function textOrNothing(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** Both files of /proc, one after the other (`man 5 proc`, Linux's ipv6_route). Default routes are left out. */
export function parseRoutes(text: string): readonly Route[] {
  return text.split("\n").flatMap((line) => {
    const words = line.trim().split(/\s+/);
    const route = words.length === 11 ? ofIpv4(words) : words.length === 10 ? ofIpv6(words) : undefined;
    return route === undefined || route.subnet.endsWith("/0") || route.device === "lo" ? [] : [route];
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
