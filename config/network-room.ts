import ipaddr from "ipaddr.js";
import { completeListeners } from "./listeners.ts";
import type { Problem } from "./problems.ts";
import { referenceBackend } from "./reference-application.ts";
import type { NetworkName, ParsedDeployment, Role } from "./schema.ts";
import { subnetsIn } from "./subnet-checks.ts";

/** How many containers join each network at most; test/stacks compares it with the stack. */
export function membersOf(deployment: Populated): Readonly<Record<NetworkName, number>> {
  const { backend, frontend, tls } = deployment;
  const own = backend.image !== undefined || backend.build !== undefined;
  const roles = !backend.enabled
    ? []
    : (backend.roles ?? (own ? [{ replicas: 1, publish: true }] : referenceBackend.roles));
  const inner = roles.reduce((sum, { replicas }) => sum + replicas, 0);
  const edge = completeListeners(deployment).https.enabled;
  const published = roles.filter(({ publish }) => publish).length;
  const renewer = edge && tls.certificate.source === "acme";
  return {
    edge: Number(edge) + Number(renewer) + Number(frontend.enabled) + published,
    broker: inner + 1,
    data: inner + 2,
  };
}

type Populated = Pick<ParsedDeployment, "environment" | "listeners" | "frontend" | "tls"> & {
  readonly backend: Pick<ParsedDeployment["backend"], "enabled" | "image" | "build"> & {
    readonly roles?: readonly Pick<Role, "replicas" | "publish">[] | undefined;
  };
};

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
