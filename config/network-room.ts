import ipaddr from "ipaddr.js";
import type { Problem } from "../core/problems.ts";
import { programsOf } from "../services/application/programs.ts";
import { repositoryServer } from "../services/backup/definition.ts";
import type { Configured, ParsedDeployment } from "../services/deployment.ts";
import { completeListeners, isMade, type Listening } from "../services/listeners.ts";
import type { ServiceName } from "../services/registry.ts";
import type { NetworkName } from "../site/settings.ts";
import { subnetsIn } from "./subnet-checks.ts";

/** How many containers stay in each network; test/stacks compares it with the stack. */
export function membersOf(
  deployment: Configured & Listening & Pick<ParsedDeployment, "backup" | "mosquitto" | "tls">,
): Readonly<Record<NetworkName, number>> {
  const { backup, tls } = deployment;
  const made = (service: ServiceName) => Number(isMade(deployment, service));
  const programs = programsOf(deployment).filter(({ job }) => !job);
  const inside = (network: NetworkName) =>
    programs
      .filter(({ networks }) => networks.includes(network))
      .reduce((sum, { replicas }) => sum + replicas, 0);
  const edge = completeListeners(deployment).https.enabled;
  const renewer = edge && tls.certificate.source === "acme";
  return {
    edge: inside("edge") + Number(edge) + Number(renewer) + Number(repositoryServer(backup) !== undefined),
    broker: inside("broker") + made("mosquitto"),
    data: inside("data") + made("postgres") + made("redis") + made("backup"),
  };
}

/** The network's own address, the gateway and the last one are no container's. */
const KEPT_ADDRESSES = 3;

export function subnetsHaveRoom(deployment: ParsedDeployment): readonly Problem[] {
  const members = membersOf(deployment);
  return subnetsIn(deployment.networks).flatMap(({ path, cidr, network }) => {
    const [address, length] = ipaddr.parseCIDR(cidr);
    const bits = (address.kind() === "ipv4" ? 32 : 128) - length;
    const room = 2 ** bits - KEPT_ADDRESSES;
    const needed = members[network];
    // A length that is out of bounds is told by itself.
    if (room >= needed || bits < 3) return [];
    const allowed = `room for ${needed} containers; this one has ${room}`;
    return [{ path, got: cidr, allowed, fix: "choose a shorter prefix, such as /24 or /64" }];
  });
}
