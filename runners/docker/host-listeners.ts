import { readdirSync, readlinkSync } from "node:fs";
import { isIPv6 } from "node:net";
import { hostname } from "node:os";
import { basename } from "node:path";
import ipaddr from "ipaddr.js";
import type { Stack } from "../stack.ts";
import { readOnEngine, textOrNothing } from "./engine-files.ts";
import { engineInfo, isRootless } from "./engine-info.ts";
import { areOf, parseRoutes } from "./host-routes.ts";
import { remoteScheme } from "./remote.ts";
import { engineBridges } from "./subnets.ts";

/** A TCP socket of the engine's machine that waits for connections. */
export interface HostListener {
  readonly address: string;
  readonly port: number;

  /** `docker-proxy (pid 812)`. @default - it is not to be seen from here, or with these rights */
  readonly process?: string;
}

const FILES = ["/proc/net/tcp", "/proc/net/tcp6"];

/**
 * Who listens on the engine's machine.
 *
 * @returns undefined where that cannot be read: the engine is elsewhere, and no image of the deployment is there yet
 */
export async function hostListeners(stack: Stack): Promise<readonly HostListener[] | undefined> {
  if (await isEngineHere()) return listenersHere();
  const text = await readOnEngine(stack, FILES);
  return text === undefined ? undefined : parseListeners(text).map(({ inode: _, ...listener }) => listener);
}

/** Which process of this machine keeps a port from being opened: `name (pid 812)`; undefined if it is not to be seen. */
export const processAt = (address: string, port: number): string | undefined =>
  hindranceOf(listenersHere(), address, port)?.process;

/** Who answers at an address: a socket on that address, or on all of them. */
export const holderOf = (
  listeners: readonly HostListener[],
  address: string,
  port: number,
): HostListener | undefined =>
  listeners.find(
    (one) =>
      one.port === port && (one.address === address || one.address === "::" || isAllOf(one.address, address)),
  );

/** Who keeps a port from being opened at an address: who answers there, and for all addresses who has one of them. */
export const hindranceOf = (
  listeners: readonly HostListener[],
  address: string,
  port: number,
): HostListener | undefined =>
  holderOf(listeners, address, port) ??
  listeners.find((one) => one.port === port && isAllOf(address, one.address));

const isAllOf = (all: string, address: string): boolean => all === (isIPv6(address) ? "::" : "0.0.0.0");

function listenersHere(): readonly HostListener[] {
  const found = parseListeners(FILES.map(textOrNothing).join("\n"));
  const owners = ownersOf(new Set(found.map(({ inode }) => inode)));
  return found.map(({ inode, ...listener }) => {
    const process = owners.get(inode);
    return process === undefined ? listener : { ...listener, process };
  });
}

/**
 * Whether this process sees the network of the engine's machine: one of the engine's bridges has a route in it. Those of a
 * rootless engine have a network of their own, and its ports are opened here all the same.
 */
export async function isEngineHere(): Promise<boolean> {
  const info = await engineInfo();
  if (isRootless(info)) return remoteScheme() === undefined && info.Name === hostname();
  const bridges = await engineBridges();
  const routes = parseRoutes(["/proc/net/route", "/proc/net/ipv6_route"].map(textOrNothing).join("\n"));
  return areOf(bridges, routes);
}

const LISTENS = "0A";

/** Lines of /proc/net/tcp and tcp6 (`man 5 proc`): number, local address, remote address, state, …, inode. */
export function parseListeners(text: string): readonly (HostListener & { readonly inode: string })[] {
  return text.split("\n").flatMap((line) => {
    const [, local = "", , state, , , , , , inode = ""] = line.trim().split(/\s+/);
    const [, address = "", port = ""] = /^([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4})$/.exec(local) ?? [];
    if (address === "" || state !== LISTENS) return [];
    return [{ address: addressOf(address), port: Number.parseInt(port, 16), inode }];
  });
}

/** Four bytes at a time, each four in the machine's byte order: the low one first. */
function addressOf(hex: string): string {
  const words = hex.match(/.{8}/g) ?? [];
  const bytes = words.flatMap((word) => [...Buffer.from(word, "hex")].reverse());
  return ipaddr.fromByteArray(bytes).toString();
}

/** The process of each socket, as far as this user may look. */
function ownersOf(inodes: ReadonlySet<string>): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const pid of entries("/proc").filter((name) => /^\d+$/.test(name))) {
    for (const fd of entries(`/proc/${pid}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(targetOf(`/proc/${pid}/fd/${fd}`))?.[1];
      if (inode === undefined || !inodes.has(inode) || found.has(inode)) continue;
      found.set(inode, `${programOf(pid)} (pid ${pid})`);
    }
  }
  return found;
}

/** Its program's own name: a process may call itself anything, and Node from 24 on is `MainThread` (/proc/PID/comm). Who sees its sockets sees it. */
const programOf = (pid: string): string =>
  basename(targetOf(`/proc/${pid}/exe`)).replace(/ \(deleted\)$/, "");

function entries(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    // Another user's process, or one that has ended.
    return [];
  }
}

function targetOf(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return "";
  }
}
