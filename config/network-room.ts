import ipaddr from "ipaddr.js";
import type { Problem } from "../core/problems.ts";
import { completeBackend } from "./application-roles.ts";
import { isOpen, type Listening } from "./listeners.ts";
import type { Backend } from "./role-settings.ts";
import type { InnerNetwork, NetworkName, ParsedDeployment } from "./schema.ts";
import { subnetsIn } from "./subnet-checks.ts";

/** How many containers stay in each network; test/stacks compares it with the stack. */
export function membersOf(deployment: Populated): Readonly<Record<NetworkName, number>> {
  const { backend, frontend, mosquitto, postgres, redis, tls } = deployment;
  const roles = backend.enabled ? backend.roles : [];
  const inside = (network: InnerNetwork) =>
    roles
      .filter(({ networks }) => networks.includes(network))
      .reduce((sum, { replicas }) => sum + replicas, 0);
  const edge = isOpen(deployment, "https");
  const published = roles.filter(({ publish }) => publish).length;
  const renewer = edge && tls.certificate.source === "acme";
  return {
    edge: Number(edge) + Number(renewer) + Number(frontend.enabled) + published,
    broker: inside("broker") + Number(mosquitto.enabled),
    data: inside("data") + Number(postgres.enabled) + Number(redis.enabled),
  };
}

type Populated = Omit<Listening, "backend"> &
  Pick<ParsedDeployment, "frontend" | "tls" | "mosquitto" | "postgres" | "redis"> & {
    readonly backend: Backend;
  };

/** The network's own address, the gateway and the last one are no container's. */
const KEPT_ADDRESSES = 3;

export function subnetsHaveRoom(deployment: ParsedDeployment): readonly Problem[] {
  const members = membersOf({ ...deployment, backend: completeBackend(deployment) });
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
