import { connect, type Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { connect as connectTls } from "node:tls";
import { PROBE_FOLDER } from "../../core/container-folders.ts";
import type { Drift } from "../drift.ts";
import type { Stack } from "../stack.ts";
import type { PortBlock } from "../stack-json.ts";
import { machineOf } from "../swarm/place.ts";
import { execIn } from "./exec.ts";
import type { ContainerState, Observation } from "./observe.ts";

/** A published port that did not answer, or could not be asked. */
export interface PortTrouble {
  readonly container: string;

  /** As a person would say it: "port 127.0.0.1:1883 refuses connections". */
  readonly what: string;

  /** Whether it is known not to work; false where this machine cannot tell. */
  readonly known: boolean;

  /** Whether this machine itself refused the connection: nothing listens for the container. */
  readonly closed: boolean;
}

/** The published ports at which nobody listens any more; making their containers again opens them. */
export async function closedPorts(stack: Stack, seen: Observation): Promise<readonly Drift[]> {
  const found = await tryPorts(stack, seen, 0);
  return found.flatMap(({ container, what, known, closed }) =>
    known && closed
      ? [{ kind: "container", name: container, differences: [`is well, but its ${what}`], changes: [] }]
      : [],
  );
}

/**
 * Connects to a port from inside its container, at the address at which others reach it.
 *
 * @returns why it does not answer, or undefined
 */
export async function answersInside(container: string, port: number): Promise<string | undefined> {
  const argv = [`${PROBE_FOLDER}/probe`, "tcp", String(port), "3"];
  const { code, stdout, stderr } = await execIn(container, argv, { expected: [0, 1, 126, 127] });
  return code === 0 ? undefined : (`${stdout}\n${stderr}`.trim().split("\n").at(-1) ?? `exit code ${code}`);
}

/** Docker's option for what a network's bridge is called; without it, after the network's id. */
const BRIDGE_NAME = "com.docker.network.bridge.name";

const LIMIT_MS = 3000;
const REFUSED = "refuses connections";

/** Connections to these are answered by the engine's proxy or by the machine itself, never by another one. */
const LOOPBACK: readonly string[] = ["127.0.0.1", "::1"];

/** The engine's proxy accepts for a container that refuses, and closes then; a service waits for its client to speak. */
const STAYS_OPEN_MS = 200;

/**
 * Connects to every published port of the containers that run, as a client on this machine would, with a TLS handshake
 * where TLS is spoken. The engine's word is not enough: its proxy may be gone while the container is well.
 *
 * @param staysOpenMs how long a connection has to last to be taken for accepted by the service
 */
export async function tryPorts(
  stack: Stack,
  { containers }: Pick<Observation, "containers">,
  staysOpenMs = STAYS_OPEN_MS,
): Promise<readonly PortTrouble[]> {
  const tried = stack.containers.flatMap(({ name, block }) => {
    const state = containers.get(name);
    if (state?.State.Running !== true || state.State.Restarting) return [];
    return (block.ports ?? [])
      .filter(({ protocol }) => protocol === "tcp")
      .map((port) => tryPort(stack, name, state, port, staysOpenMs));
  });
  return (await Promise.all(tried)).flatMap((trouble) => trouble ?? []);
}

async function tryPort(
  stack: Stack,
  container: string,
  state: ContainerState,
  port: PortBlock,
  staysOpenMs: number,
): Promise<PortTrouble | undefined> {
  const at = `port ${port.ip.includes(":") ? `[${port.ip}]` : port.ip}:${port.external}`;
  const machine = await machineOf(container);
  const host = hostOf(port.ip, machine);
  if (host === undefined) {
    const what = `${at} was not tried: it is open to the machine of the engine alone`;
    return { container, what, known: false, closed: false };
  }
  const tls = stack.listeners.some((listener) => listener.port === port.external && listener.tls);
  const problem = await ask({ host, port: port.external, tls }, staysOpenMs);
  if (problem === undefined) return undefined;
  // Who runs in another machine or network namespace than the engine cannot tell by loopback.
  const known = machine !== undefined || isHere(stack, state);
  return {
    container,
    what: `${at} ${problem}${known ? "" : ", but this may not be its machine"}`,
    known,
    closed: problem === REFUSED && LOOPBACK.includes(host),
  };
}

/** Where to connect; undefined for loopback of another machine. */
function hostOf(ip: string, machine: string | undefined): string | undefined {
  if (machine !== undefined && (ip.startsWith("127.") || ip === "::1")) return undefined;
  if (ip === "0.0.0.0") return machine ?? "127.0.0.1";
  if (ip === "::") return machine ?? "::1";
  return ip;
}

/** Whether the bridge of one of the container's networks is an interface of this machine. */
function isHere({ networks }: Stack, { NetworkSettings }: ContainerState): boolean {
  const own = networkInterfaces();
  return Object.entries(NetworkSettings.Networks).some(([name, { NetworkID }]) => {
    const options = networks.find((network) => network.name === name)?.options;
    return (options?.[BRIDGE_NAME] ?? `br-${NetworkID.slice(0, 12)}`) in own;
  });
}

/** The fault of a port, or undefined. */
function ask(
  { host, port, tls }: { readonly host: string; readonly port: number; readonly tls: boolean },
  staysOpenMs: number,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket: Socket = tls
      ? connectTls({ host, port, rejectUnauthorized: false })
      : connect({ host, port });
    const end = (problem: string | undefined) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(problem);
    };
    let timer = setTimeout(() => end(`does not answer within ${LIMIT_MS / 1000} s`), LIMIT_MS);
    socket.once("error", (error: NodeJS.ErrnoException) => end(inWords(error, tls)));
    socket.once("close", () => end(tls ? "closes the connection before TLS" : "closes connections at once"));
    socket.once(tls ? "secureConnect" : "connect", () => {
      clearTimeout(timer);
      if (tls) end(undefined);
      else timer = setTimeout(() => end(undefined), staysOpenMs);
    });
  });
}

function inWords({ code, message }: NodeJS.ErrnoException, tls: boolean): string {
  if (code === "ECONNREFUSED") return REFUSED;
  if (code === "ECONNRESET") return "resets connections";
  if (code === "EHOSTUNREACH" || code === "ENETUNREACH") return "cannot be reached from here";
  return tls ? `fails the TLS handshake (${code ?? message})` : (code ?? message);
}
