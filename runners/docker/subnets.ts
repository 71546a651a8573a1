import { UserError } from "../../core/errors.ts";
import { composeProject } from "../../core/labels.ts";
import { overlap } from "../../core/subnets.ts";
import type { Report } from "../runner.ts";
import type { Stack } from "../stack.ts";
import { nameOnSwarm } from "../swarm/names.ts";
import { hostRoutes, type Route } from "./host-routes.ts";
import { listNetworks, type NetworkState } from "./networks.ts";

/** A subnet that a deployment asks for, and the network that it is for. */
interface Wanted {
  readonly name: string;
  readonly subnet: string;
}

const wantedBy = ({ networks }: Stack): readonly Wanted[] =>
  networks.flatMap(({ name, subnets }) => subnets.map(({ subnet }) => ({ name, subnet })));

/**
 * Compares the subnets that a deployment asks for with those of the engine's other networks; the engine itself
 * only says that some pool overlaps with some other.
 *
 * @throws UserError that names both networks
 */
export async function refuseTakenSubnets(stack: Stack): Promise<void> {
  const wanted = wantedBy(stack);
  if (wanted.length === 0) return;
  // Its own ones on a swarm have other names.
  const project = composeProject(stack.name);
  const own = new Set(stack.networks.flatMap(({ name }) => [name, nameOnSwarm(name, { project })]));
  const others = (await listNetworks()).filter(({ Name }) => !own.has(Name));
  const lines = wanted.flatMap(({ name, subnet }) =>
    others.flatMap(({ Name, IPAM }) =>
      (IPAM.Config ?? []).flatMap(({ Subnet }) =>
        Subnet !== undefined && overlap(subnet, Subnet)
          ? [`subnet ${subnet} of ${name} overlaps with ${Subnet} of the Docker network ${Name}`]
          : [],
      ),
    ),
  );
  if (lines.length > 0) throw anotherSubnet(lines);
}

/**
 * Compares them with the routes of the engine's machine: a VPN or a LAN of which a part leads into containers loses
 * anyone who is there, and the engine takes such a subnet without a word.
 *
 * @throws UserError that names the routes
 */
export async function refuseRoutedSubnets(stack: Stack, report: Report): Promise<void> {
  const found = await routeConflicts(stack);
  if (found === undefined) {
    report(
      "subnets: the routes of the engine's machine are not known yet; up compares them once images are there",
    );
    return;
  }
  for (const line of found.shadowed) report(line);
  if (found.taken.length > 0) throw anotherSubnet(found.taken);
}

/**
 * The same of what is deployed, as lines for people.
 *
 * @returns undefined where the routes of the engine's machine cannot be read
 */
export async function routeWarnings(stack: Stack): Promise<readonly string[] | undefined> {
  const found = await routeConflicts(stack);
  return found && [...found.taken, ...found.shadowed];
}

async function routeConflicts(stack: Stack): Promise<Conflicts | undefined> {
  const wanted = wantedBy(stack);
  if (wanted.length === 0) return { taken: [], shadowed: [] };
  const bridges = await engineBridges();
  const routes = await hostRoutes(stack, bridges);
  return (
    routes &&
    conflictsOf(
      wanted,
      routes.filter(({ device }) => !bridges.has(device)),
    )
  );
}

/** The device of a network of driver bridge. */
const bridgeOf = ({ Id, Options }: Pick<NetworkState, "Id" | "Options">): string =>
  Options?.["com.docker.network.bridge.name"] ?? `br-${Id.slice(0, 12)}`;

export interface Conflicts {
  readonly taken: readonly string[];

  /**
   * Parts of a route for all private addresses, which companies' networks have: what is meant is a subnet in use. And of a
   * route that a rule leads to, as a VPN makes it: whether it leads packets for containers away, no file says.
   */
  readonly shadowed: readonly string[];
}

const PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7", "fd00::/8"];

/** Which routes lead where a deployment wants its containers. Halves of everything, as VPNs write them, say nothing. */
export function conflictsOf(wanted: readonly Wanted[], routes: readonly Route[]): Conflicts {
  const found = wanted.flatMap(({ name, subnet }) =>
    routes
      .filter((route) => !route.subnet.endsWith("/1") && overlap(subnet, route.subnet))
      // Some VPNs copy the main table, with the routes to containers in it.
      .filter((route) => !(route.byRule && route.subnet === subnet))
      .map((route) => ({
        line: `subnet ${subnet} of ${name} overlaps with ${route.subnet}, which the engine's machine reaches through ${route.device}`,
        isShadow: route.byRule === true || (route.routed && PRIVATE.includes(route.subnet)),
      })),
  );
  return {
    taken: found.filter(({ isShadow }) => !isShadow).map(({ line }) => line),
    shadowed: found
      .filter(({ isShadow }) => isShadow)
      .map(({ line }) => `${line}: addresses there may be lost to it`),
  };
}

const anotherSubnet = (lines: readonly string[]): UserError =>
  new UserError(
    lines.join("\n"),
    "choose another subnet under networks in the configuration; one that is left out is picked by the engine, except for networks.edge behind TLS",
  );

/** The names of the bridges that the engine's networks have on its machine. */
export const engineBridges = async (): Promise<ReadonlySet<string>> =>
  new Set((await listNetworks()).filter(({ Driver }) => Driver === "bridge").map(bridgeOf));
