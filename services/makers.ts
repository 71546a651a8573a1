import type { Construct, IConstruct } from "constructs";
import type { PrivateNetwork } from "../constructs/private-network.ts";
import type { NetworkName } from "../site/settings.ts";
import { Application } from "./application/application.ts";
import type { Certificates } from "./certificates/certificates.ts";
import { Edge } from "./edge/edge.ts";
import { Mosquitto } from "./mosquitto/mosquitto.ts";
import { Postgres } from "./postgres/postgres.ts";
import { Redis } from "./redis/redis.ts";
import { definitions, type ServiceName } from "./registry.ts";
import { Renewer } from "./renewer/renewer.ts";
import type { ServiceScope } from "./service-scope.ts";

/** What a service is made from. */
export interface Parts {
  readonly context: ServiceScope;

  /** A network is made for the first that asks for it: a broker alone has no use for the others. */
  readonly networks: (name: NetworkName) => PrivateNetwork;

  /** Made for the first that asks, too. */
  readonly certificates: () => Certificates;

  /** A service that has to be up before; none if it is off. */
  readonly up: (service: string) => readonly IConstruct[];
}

/** Makes each service. The ids are part of the addresses in Terraform's state: another id replaces the resource. */
export const makers: { readonly [Name in ServiceName]: (scope: Construct, parts: Parts) => IConstruct } = {
  mosquitto: (scope, { context, networks, certificates }) =>
    new Mosquitto(scope, "Mosquitto", {
      context,
      network: networks("broker"),
      ...(context.deployment.listeners.mqtts.enabled ? { certificates: certificates() } : {}),
    }),

  postgres: (scope, { context, networks }) =>
    new Postgres(scope, "Postgres", { context, network: networks("data") }),

  redis: (scope, { context, networks }) => new Redis(scope, "Redis", { context, network: networks("data") }),

  backend: (scope, { context, networks, up }) =>
    new Application(scope, "Backend", { context, name: "backend", networks, after: up }),

  frontend: (scope, { context, networks }) =>
    new Application(scope, "Frontend", { context, name: "frontend", networks }),

  edge: (scope, { context, networks, certificates, up }) => {
    const network = networks("edge");
    const after = definitions.edge.needs.flatMap(up);
    const edge = new Edge(scope, "EdgeProxy", { context, network, certificates: certificates(), after });
    const { certificate: acme } = context.deployment.tls;
    // It answers for the renewer too.
    if (acme.source === "acme")
      new Renewer(scope, "Renewer", { context, acme, network, certificates: certificates(), edge });
    return edge;
  },
};

/** Makes a service of the user's own. */
export const ownMaker = (scope: Construct, name: string, { context, networks, up }: Parts): IConstruct =>
  new Application(scope, `Service-${name}`, { context, name, networks, after: up });
