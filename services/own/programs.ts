import type { NetworkName } from "../../site/settings.ts";
import type { Program } from "../application/program.ts";
import type { Rights } from "../definition.ts";
import type { Configured } from "../deployment.ts";
import { ownUser } from "../mosquitto/own-user.ts";
import { INFO_ALONE, ownKeys } from "../redis/definition.ts";
import type { OwnService } from "./settings.ts";

/** A program for each service of the user's own that is on. */
export const ownPrograms = ({ services }: Pick<Configured, "services">): readonly Program[] =>
  Object.entries(services)
    .filter(([, { enabled }]) => enabled)
    .map(([name, service]) => programOf(name, service));

function programOf(name: string, service: OwnService): Program {
  const at = `services.${name}`;
  const rights = rightsOf(name, service);
  return {
    name,
    application: name,
    of: { ...service, name, at },
    at,
    job: service.job,
    replicas: 1,
    command: service.command,
    environment: service.environment,
    secrets: service.secrets,
    files: service.files,
    limits: service.limits,
    limitsAt: `${at}.limits`,
    networks: networksOf(service),
    alias: name,
    health: service.health,
    // One with TLS leads to the edge.
    ...(service.listener === undefined || service.listener.tls ? {} : { listener: name }),
    rights,
    after: [...new Set([...Object.keys(rights), ...service.after])],
    ids: { container: "Service", files: "Files" },
  };
}

const rightsOf = (name: string, { mqtt, database, redis }: OwnService): Rights => ({
  ...(mqtt === undefined ? {} : { mosquitto: ownUser(name, mqtt) }),
  ...(database === undefined ? {} : { postgres: database }),
  ...(redis === undefined
    ? {}
    : { redis: redis.monitor ? INFO_ALONE : ownKeys(redis.keyPrefix ?? `${name}:`) }),
});

/** Those that it asks for, and those where it logs in or is connected to. */
function networksOf(service: OwnService): readonly NetworkName[] {
  const { networks, listener, routes, mqtt, database, redis } = service;
  const needed: Readonly<Record<NetworkName, boolean>> = {
    edge: listener !== undefined || routes.length > 0,
    broker: mqtt !== undefined,
    data: database !== undefined || redis !== undefined,
  };
  return (["edge", "broker", "data"] as const).filter((name) => needed[name] || networks.includes(name));
}
