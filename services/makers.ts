import type { Construct, IConstruct } from "constructs";
import { Application } from "./application/application.ts";
import { Backup } from "./backup/backup.ts";
import type { Certificates } from "./certificates/certificates.ts";
import { Edge } from "./edge/edge.ts";
import { Mosquitto } from "./mosquitto/mosquitto.ts";
import { Postgres } from "./postgres/postgres.ts";
import { Redis } from "./redis/redis.ts";
import { definitions, type ServiceName } from "./registry.ts";
import { Renewer } from "./renewer/renewer.ts";
import type { ServiceScope } from "./service-scope.ts";

/** The things that a service is made from. */
export interface Parts {
  readonly context: ServiceScope;

  /** Made for the first that asks. */
  readonly certificates: () => Certificates;

  /** A service that has to be up before; none if it is off. */
  readonly up: (service: string) => readonly IConstruct[];
}

/** Makes each service. The ids are part of the addresses in Terraform's state: another id replaces the resource. */
export const makers: { readonly [Name in ServiceName]: (scope: Construct, parts: Parts) => IConstruct } = {
  mosquitto: (scope, { context, certificates }) =>
    new Mosquitto(scope, "Mosquitto", {
      context,
      ...(context.deployment.listeners.mqtts.enabled ? { certificates: certificates() } : {}),
    }),

  postgres: (scope, { context }) => new Postgres(scope, "Postgres", { context }),

  redis: (scope, { context }) => new Redis(scope, "Redis", { context }),

  backend: (scope, { context, up }) =>
    new Application(scope, "Backend", { context, name: "backend", after: up }),

  frontend: (scope, { context }) => new Application(scope, "Frontend", { context, name: "frontend" }),

  edge: (scope, { context, certificates, up }) => {
    const after = definitions.edge.needs.flatMap(up);
    const edge = new Edge(scope, "EdgeProxy", { context, certificates: certificates(), after });
    const { certificate: acme } = context.deployment.tls;
    // It answers for the renewer too.
    if (acme.source === "acme")
      new Renewer(scope, "Renewer", { context, acme, certificates: certificates(), edge });
    return edge;
  },

  backup: (scope, { context, up }) =>
    new Backup(scope, "Backup", { context, after: definitions.backup.needs.flatMap(up) }),
};

/** Makes a service of the user's own. */
export const ownMaker = (scope: Construct, name: string, { context, up }: Parts): IConstruct =>
  new Application(scope, `Service-${name}`, { context, name, after: up });
