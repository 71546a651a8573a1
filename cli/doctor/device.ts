import type { Socket } from "node:net";
import { isIP } from "node:net";
import ipaddr from "ipaddr.js";
import { UserError } from "../../core/errors.ts";
import { ofRole } from "../../runners/containers.ts";
import { execIn } from "../../runners/docker/exec.ts";
import { firewallOf, firewallStatus } from "../../runners/docker/firewall.ts";
import { holderOf, hostListeners } from "../../runners/docker/host-listeners.ts";
import { inspect } from "../../runners/docker/observe.ts";
import { nameProblems } from "../../runners/preflight/names.ts";
import { PlaceError } from "../../runners/swarm/node-engine.ts";
import { atContainer, machineOf } from "../../runners/swarm/place.ts";
import { trusting } from "../broker-way.ts";
import type { Synthesized } from "../synthesize.ts";
import { mayPublish, readAmong } from "./acl.ts";
import { refusedOfLate } from "./broker-lines.ts";
import { type Identity, identify } from "./device-identity.ts";
import { dial, secured } from "./dial.ts";
import { failed, failedIn, passed, type Step, untried, walk } from "./steps.ts";
import { tlsReason } from "./tls-reasons.ts";

/** Results that the steps hand on to the next one. */
interface Way {
  readonly synthesized: Synthesized;
  readonly identity: Identity;
  readonly broker: string;
  readonly address: string;
  readonly port: number;

  /** Where the device is. @default - it is not known */
  readonly from?: string | undefined;
  socket?: Socket;
}

/** Walks the way of a device from its name to its topics, and stops at the first step that fails. */
export async function walkDevice(
  synthesized: Synthesized,
  name: string,
  from: string | undefined,
): Promise<readonly Step[]> {
  const { deployment, stack, home } = synthesized;
  const { step, identity } = identify(deployment, home, name);
  if (identity === undefined) return [step];
  const port = deployment.ports.find(({ listener }) => listener === identity.listener);
  const broker = ofRole(stack, "mosquitto")?.name;
  if (port === undefined || broker === undefined)
    return [
      step,
      failed(
        "listener",
        `no listener ${identity.listener} is open`,
        `set listeners.${identity.listener}.enabled: true, then exploreiot up`,
      ),
    ];
  const way: Way = { synthesized, identity, broker, from, ...port };
  try {
    const steps = [nameResolves, listens, letsIn, connects, handshakes, logsIn, topics];
    const taken = await walk(steps.map((take) => () => take(way)));
    return [step, ...taken];
  } finally {
    way.socket?.destroy();
  }
}

async function nameResolves({ synthesized }: Way): Promise<Step> {
  const [host = ""] = synthesized.deployment.hosts;
  const [found] = await nameProblems([host]);
  if (found === undefined) return passed("address", `${host} is an address, or leads to one`);
  return failed("address", found.problem, found.remedy);
}

async function listens({ synthesized, broker, address, port, identity }: Way): Promise<Step> {
  const at = `${identity.listener} at ${address}:${port}`;
  const [state] = await inspect([broker]).catch(placeless);
  if (state instanceof PlaceError) return failed("listener", `${at}: ${state.message}`, ...state.remedy);
  if (state?.State.Running !== true || state.State.Paused)
    return failedIn(
      broker,
      failed(
        "listener",
        `${at}: the broker ${state === undefined ? "is not there" : `is ${state.State.Status}`}`,
        "exploreiot up brings it up again",
      ),
    );
  const listeners = await atContainer(broker, () => hostListeners(synthesized.stack));
  if (listeners === undefined) return untried("listener", `${at}: who listens cannot be seen from here`);
  const holder = holderOf(listeners, address, port);
  if (holder === undefined)
    return failed("listener", `${at}: nobody listens there`, "exploreiot up opens it again");
  if (holder.process !== undefined && !/^(docker-proxy|dockerd|rootlesskit)/.test(holder.process))
    return failed("listener", `${at} is held by ${holder.process}`, "stop that process, then exploreiot up");
  return passed("listener", `${at} is held by ${holder.process ?? "a process not seen"}`);
}

function placeless(error: unknown): readonly PlaceError[] {
  if (error instanceof PlaceError) return [error];
  throw error;
}

async function letsIn({ synthesized, address, from, identity }: Way): Promise<Step> {
  const unreachable = from === undefined ? undefined : apart(from, address);
  if (unreachable !== undefined)
    return failed(
      "filter",
      unreachable,
      `bind the listener where ${from} reaches it: listeners.${identity.listener}.bind`,
    );
  const { stack } = synthesized;
  if (firewallOf(stack) === undefined)
    return passed("filter", "the firewall is off: nothing is filtered by the kit");
  try {
    const { state, reason, counters } = await firewallStatus(stack.name);
    const own = counters.filter(
      ({ rule }) => rule === identity.listener || rule.startsWith(`${identity.listener}, `),
    );
    const told = own.map(
      ({ rule, packets, dropped }) => `${rule}: ${packets} packets${dropped ? " dropped" : ""}`,
    );
    if (state === "applied" || state === "unconfirmed")
      return passed("filter", `the rules are ${state}${told.length === 0 ? "" : `; ${told.join("; ")}`}`);
    return failed(
      "filter",
      `the rules are ${[state, reason].filter(Boolean).join(": ")}`,
      "exploreiot logs firewall shows why",
    );
  } catch (error) {
    if (error instanceof UserError) return failed("filter", error.message, ...error.remedy);
    throw error;
  }
}

/** Why an address can never reach another one; undefined if it may. */
export function apart(from: string, to: string): string | undefined {
  const [source, target] = [ipaddr.parse(from), ipaddr.parse(to)];
  const isLoopback = (address: ReturnType<typeof ipaddr.parse>) => address.range() === "loopback";
  if (isLoopback(target) && !isLoopback(source))
    return `the listener is bound to ${to}, which only the machine itself reaches, and ${from} is another one`;
  if (source.kind() !== target.kind() && target.range() !== "unspecified")
    return `the listener is bound to ${to}, and ${from} is of the other address family`;
  return undefined;
}

async function connects(way: Way): Promise<Step> {
  const { address, port, broker } = way;
  const remote = await machineOf(broker);
  const host =
    isIP(address) && /^(0\.0\.0\.0|::)$/.test(address)
      ? (remote ?? (address === "::" ? "::1" : "127.0.0.1"))
      : address;
  if (remote !== undefined && host !== remote && ipaddr.parse(host).range() === "loopback")
    return untried("TCP", `${address}:${port} is open to the engine's machine alone`, "run this there");
  try {
    way.socket = await dial(host, port);
    return passed("TCP", `${host}:${port} accepts a connection`);
  } catch (error) {
    return failedIn(
      way.broker,
      failed(
        "TCP",
        `${host}:${port}: ${(error as Error).message}`,
        "exploreiot ports compares what is declared with what is open",
      ),
    );
  }
}

async function handshakes(way: Way): Promise<Step> {
  const { identity, socket, synthesized } = way;
  if (identity.listener === "mqtt") return passed("TLS", "none: this listener is in clear text");
  if (socket === undefined) return untried("TLS", "there is no connection to speak it over");
  try {
    const { deployment, home } = synthesized;
    way.socket = await secured(socket, { ...trusting(deployment, home), ...identity.pair });
    return passed("TLS", `the certificate is trusted, for ${deployment.hosts[0]}, and valid`);
  } catch (error) {
    const { what, remedy } = tlsReason(error as NodeJS.ErrnoException);
    return failedIn(way.broker, failed("TLS", what, remedy));
  }
}

async function logsIn({ identity, socket, broker, from }: Way): Promise<Step> {
  // Before it logs in itself.
  const { logins } = await refusedOfLate(broker, identity.name, from);
  const seen = logins.length === 0 ? "" : `; recently the broker said: ${logins.at(-1)}`;
  if (socket === undefined) return untried("login", "there is no connection to log in over");
  if (identity.password === undefined && identity.pair === undefined)
    return untried(
      "login",
      `the key of ${identity.name} is on the device alone${seen}`,
      "look at what the broker says while it connects: exploreiot logs --follow mosquitto",
    );
  const { tryLogin } = await import("../broker-client.ts");
  const refusal = await tryLogin(socket, identity);
  if (refusal === undefined) return passed("login", `the broker lets ${identity.name} in${seen}`);
  return failedIn(
    broker,
    failed(
      "login",
      `the broker refuses ${identity.name}: ${refusal}${seen}`,
      "exploreiot up delivers the passwords of this checkout; give the device the one in secrets/",
    ),
  );
}

async function topics({ broker, identity, synthesized, from }: Way): Promise<Step> {
  const { code, stdout } = await execIn(broker, ["cat", "/run/exploreiot/acl"], {
    expected: [0, 1, 126, 127],
  });
  if (code !== 0) return untried("topics", "the rules of the broker cannot be read");
  const { readings } = synthesized.deployment.topics;
  const allowed = mayPublish(stdout, identity.name);
  const missing = identity.publish.filter((topic) => !allowed.includes(topic));
  if (missing.length > 0)
    return failed(
      "topics",
      `the site file lets ${identity.name} publish on ${missing.join(", ")}, and the rules that the broker has do not`,
      "exploreiot up delivers them",
    );
  const read = readAmong(allowed, readings);
  const { publications } = await refusedOfLate(broker, identity.name, from);
  const denied = publications.length === 0 ? "" : `; recently the broker said: ${publications.at(-1)}`;
  const told = allowed.length === 0 ? "nothing" : allowed.join(", ");
  if (read.length > 0)
    return passed("topics", `may publish on ${told}; the backend reads ${readings}${denied}`);
  return failed(
    "topics",
    `may publish on ${told}, and the backend reads ${readings} alone${denied}`,
    "let it publish there, or change topics.readings in the site file; then exploreiot up",
  );
}
