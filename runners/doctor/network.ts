import { UserError } from "../../core/errors.ts";
import { EngineError } from "../docker/engine-errors.ts";
import { type EngineInfo, isRootless } from "../docker/engine-info.ts";
import { firewallOf, firewallStatus } from "../docker/firewall.ts";
import { firewallWarnings, unguardable } from "../docker/firewall-check.ts";
import { hindranceOf, hostListeners, isEngineHere } from "../docker/host-listeners.ts";
import { type Impostor, impostors, inALine } from "../docker/impostors.ts";
import { inspectNetworks } from "../docker/networks.ts";
import { observe } from "../docker/observe.ts";
import { portsOfTasks, refuseTakenPorts } from "../docker/ports.ts";
import { remoteScheme } from "../docker/remote.ts";
import { refuseTakenSubnets, routeWarnings } from "../docker/subnets.ts";
import { clockProblems } from "../preflight/clock.ts";
import { nameProblems, strangerWarnings } from "../preflight/names.ts";
import type { Stack } from "../stack.ts";
import { isOnSwarm } from "../swarm/deployed.ts";
import { impostorsOnSwarm } from "../swarm/impostors.ts";
import { asFinding, asWarnings, type Finding, ok, problem, unknown, warning } from "./finding.ts";

const NO_OTHER_SUBNET = "choose another subnet under networks in the configuration";

export async function subnets(stack: Stack): Promise<readonly Finding[]> {
  return [
    await asFinding("subnets.engine", "no subnet is in use by another network of the engine", () =>
      refuseTakenSubnets(stack),
    ),
    ...routes(await routeWarnings(stack)),
  ];
}

/** Names of the deployment's services that lead elsewhere as well. */
export async function hosts(stack: Stack): Promise<Finding> {
  const [id, well] = ["networks.hosts", "nobody else answers to the name of a service"];
  try {
    const found = (await isOnSwarm(stack.name)) ? await impostorsOnSwarm(stack) : await onThisEngine(stack);
    return found.length === 0
      ? ok(id, well)
      : problem(id, found.map(inALine).join("\n"), "take it off the network, or give it another name there");
  } catch (error) {
    if (!(error instanceof EngineError) || error.trouble !== "no leader") throw error;
    return unknown(id, `who answers to the names of services: ${error.message}`, ...error.remedy);
  }
}

async function onThisEngine(stack: Stack): Promise<readonly Impostor[]> {
  const [{ containers }, networks] = await Promise.all([
    observe(stack),
    inspectNetworks(stack.networks.map(({ name }) => name)),
  ]);
  return impostors(stack, { containers, networks });
}

const routes = (conflicts: readonly string[] | undefined): readonly Finding[] =>
  conflicts === undefined
    ? [notSeen("subnets.routes", "the routes of the engine's machine", "ip route")]
    : asWarnings(
        "subnets.routes",
        "no subnet is routed elsewhere, by a LAN or a VPN",
        conflicts,
        NO_OTHER_SUBNET,
      );

/** This process sees a machine elsewhere by an image of the deployment that is there. */
const notSeen = (id: string, what: string, command: string): Finding =>
  unknown(
    id,
    `${what} cannot be seen from here: no image of the deployment is there yet`,
    "exploreiot images brings them there",
    `or look there: ${command}`,
  );

/** Tried on this machine where the engine may be on it, and looked up on the engine's where that is another one. */
export async function ports(stack: Stack): Promise<Finding> {
  const [id, well] = ["ports.free", "each port is free, or held by the deployment itself"];
  const seen = await observe(stack);
  if (remoteScheme() === undefined) {
    const here = await asFinding(id, well, () => refuseTakenPorts(stack, seen));
    if (here.state !== "ok" || (await isEngineHere())) return here;
  }
  const listeners = await hostListeners(stack);
  if (listeners === undefined) return notSeen(id, "who listens on the engine's machine", "ss -tlnp");
  const own = await portsOfTasks(stack);
  const taken = stack.containers
    .filter(({ name }) => seen.containers.get(name)?.State.Running !== true)
    .flatMap(({ block }) => block.ports ?? [])
    .filter(({ ip, external }) => hindranceOf(listeners, ip, external) !== undefined && !own.has(external))
    .map(({ ip, external }) => `port ${ip}:${external} is taken on the engine's machine`);
  return taken.length === 0
    ? ok(id, `on the engine's machine, ${well}`)
    : problem(
        id,
        taken.join("\n"),
        "stop who has it (there: ss -tlnp), or choose another port under listeners",
      );
}

/** No clock is right before the day of the images' packages; where that is not stated, both are only compared. */
const ANY_DAY = "1970-01-01";

export async function clocks({ preflight }: Stack): Promise<readonly Finding[]> {
  const found = await clockProblems(preflight?.builtOn ?? ANY_DAY);
  return found.length === 0
    ? [ok("clock.right", "this machine and the engine's agree")]
    : found.map(({ problem: what, remedy }) => problem("clock.right", what, remedy));
}

export async function names({ preflight }: Stack): Promise<readonly Finding[]> {
  if (preflight === undefined)
    return [ok("names.resolve", "nobody looks the deployment up by a name (no production)")];
  const found = await nameProblems(preflight.hosts);
  const strangers = preflight.issued ? await strangerWarnings(preflight.hosts) : [];
  return [
    ...(found.length === 0
      ? [ok("names.resolve", `${preflight.hosts.join(", ")}: found`)]
      : found.map(({ problem: what, remedy }) => problem("names.resolve", what, remedy))),
    ...strangers.map((line) =>
      warning("names.resolve", line, "let the record lead here, or forward port 443"),
    ),
  ];
}

/** Which filter is at work, whether its rules are in force, and what they do not see. */
export async function firewall(stack: Stack, info: EngineInfo, isUp: boolean): Promise<readonly Finding[]> {
  const refused = firewallOf(stack) === undefined ? undefined : unguardable(info);
  if (refused !== undefined) return [problem("firewall.in-force", refused.message, ...refused.remedy)];
  const blind = isUp ? await firewallWarnings(stack) : [];
  return [
    await inForce(stack, info, isUp),
    ...blind.map((line) => warning("firewall.blind", line, "docs/firewall.md says what each setting closes")),
  ];
}

async function inForce(stack: Stack, info: EngineInfo, isUp: boolean): Promise<Finding> {
  const backend = isRootless(info)
    ? "a rootless engine has no say in the machine's filter"
    : `the engine filters with ${info.FirewallBackend?.Driver ?? "iptables"}`;
  if (firewallOf(stack) === undefined)
    return ok("firewall.in-force", `${backend}; the deployment has no rules of its own (firewall.enabled)`);
  if (!isUp) return ok("firewall.in-force", `${backend}; nothing is deployed, so no rules are wanted yet`);
  try {
    const { table, state, reason } = await firewallStatus(stack.name);
    const said = `${backend}; table inet ${table} is ${[state, reason].filter(Boolean).join(": ")}`;
    return state === "applied" || state === "unconfirmed"
      ? ok("firewall.in-force", said)
      : problem(
          "firewall.in-force",
          said,
          "exploreiot logs firewall shows why; exploreiot up applies them again",
        );
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return problem("firewall.in-force", error.message, ...error.remedy);
  }
}
