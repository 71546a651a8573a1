import type { Problem } from "../core/problems.ts";
import { placesIn } from "../services/application/places.ts";
import type { Program } from "../services/application/program.ts";
import { programsOf } from "../services/application/programs.ts";
import type { ParsedDeployment } from "../services/deployment.ts";
import { edgeConnections } from "../services/edge/memory.ts";
import { completeListeners, isOn } from "../services/listeners.ts";
import { outsideOf } from "../services/outside.ts";
import { postgresMemory } from "../services/postgres/memory.ts";

/** As the shipped backend has it (`database_pool_size` of apps/backend/exploreiot/settings.py). */
const POOL = 5;
const POOL_SIZE = "DATABASE_POOL_SIZE";

/** Connections that PostgreSQL keeps for a superuser, of which the health probe, `psql` and `upgrade` are some. */
const RESERVED = 3;

/** A dump holds a snapshot, dumps and counts at the same time. */
const FOR_BACKUPS = 4;

/** Each program's connections at once, against what PostgreSQL takes: one too many, and a program that starts is refused. */
export function connectionsFit(deployment: ParsedDeployment): readonly Problem[] {
  if (!isOn(deployment, "postgres")) return [];
  const { backup, postgres } = deployment;
  const server = outsideOf(deployment, "postgres");
  const most =
    server === undefined
      ? postgresMemory(postgres.limits.memoryMiB).maxConnections -
        RESERVED -
        (backup.enabled ? FOR_BACKUPS : 0)
      : postgres.outside?.maxConnections;
  if (most === undefined) return [];
  const wanted = programsOf(deployment)
    .filter(({ job, rights }) => !job && rights.postgres !== undefined)
    .map((program) => ({ program, connections: program.replicas * poolOf(program) }));
  const sum = wanted.reduce((total, { connections }) => total + connections, 0);
  if (sum <= most) return [];
  const [largest] = [...wanted].sort((a, b) => b.connections - a.connections);
  if (largest === undefined) return [];
  const { program, connections } = largest;
  const place =
    program.replicas > 1
      ? {
          ...{ path: `${program.at}.replicas`, got: program.replicas },
          lower: `lower it, or ${POOL_SIZE} of its environment`,
        }
      : {
          ...{ path: `${poolIsSaidAt(program, deployment)}.environment.${POOL_SIZE}`, got: poolOf(program) },
          lower: isShipped(program) ? `lower it (the backend's own is ${POOL})` : "lower it",
        };
  const raise =
    server === undefined
      ? "raise postgres.limits.memoryMiB, of which each 10 MiB are a connection"
      : "have the server's operator allow more and write it as postgres.outside.maxConnections";
  return [
    {
      ...{ path: place.path, got: place.got },
      allowed: `together at most ${most} connections to PostgreSQL; ${program.name} takes ${connections}, all programs ${sum}`,
      fix: `${place.lower}, or ${raise}`,
    },
  ];
}

/** Where the site file has it, or where all programs of the application would have it. */
const poolIsSaidAt = (program: Program, deployment: ParsedDeployment): string =>
  placesIn(deployment).find(({ at, environment }) => at === program.at && POOL_SIZE in environment)?.at ??
  program.of.at;

/** Of a program that the kit does not know, one connection is counted: it may have more. */
function poolOf(program: Program): number {
  const said = Number(program.environment[POOL_SIZE]);
  if (Number.isInteger(said) && said > 0) return said;
  return isShipped(program) ? POOL : 1;
}

const isShipped = ({ of }: Program): boolean =>
  of.name === "backend" && of.image === undefined && of.build === undefined;

/** Settings for one container only: replicas of it would write into each other's files. */
export const writersAreAlone = ({ backend: { roles = [], volumes } }: ParsedDeployment): readonly Problem[] =>
  roles.flatMap(({ name, replicas }, index) => {
    const written = volumes.findIndex(({ writer }) => writer === name);
    if (replicas === 1 || written === -1) return [];
    return [
      {
        path: `backend.roles.${index}.replicas`,
        got: replicas,
        allowed: `1, since the role writes to the volume of backend.volumes.${written}, and one container at a time may`,
        fix: "set replicas to 1, or let another role write to it",
      },
    ];
  });

/** Two roles with the same readings in sessions of their own would store each reading twice. */
export function readingsAreTakenOnce({ backend, topics }: ParsedDeployment): readonly Problem[] {
  const { enabled, image, build, roles = [] } = backend;
  if (!enabled || image !== undefined || build !== undefined) return [];
  const first = new Map<string, { readonly name: string; readonly group: string }>();
  return roles.flatMap(({ name, command, environment }, index) => {
    if (command?.at(-1) !== "ingest") return [];
    const given = { ...backend.environment, ...environment };
    const { MQTT_TOPIC: topic = topics.readings, MQTT_SHARED_GROUP: group = `of ${name} alone` } = given;
    const other = first.get(topic);
    if (other === undefined) first.set(topic, { name, group });
    if (other === undefined || other.group === group) return [];
    return [
      {
        path: `backend.roles.${index}`,
        got: name,
        allowed: `one role that runs ingest for ${topic}: ${other.name} has a session of its own there, so each reading would be stored twice`,
        fix: `set replicas of ${other.name} in place of this role, or give each a MQTT_TOPIC of its own in environment`,
      },
    ];
  });
}

/** As the shipped backend has it (`max_sockets` of apps/backend/exploreiot/settings.py). */
const SOCKETS = 500;

/** Connections that the edge keeps for pages and requests. */
const FOR_REQUESTS = 50;

/** Open files of a container, of which a socket is one (constructs/hardening.ts), without those of the program itself. */
const MOST_SOCKETS = 16_384 - 384;

/** Sockets stay open: as many as there are places at the edge, or files in the container, and nobody else gets in. */
export function socketsLeaveRoom(deployment: ParsedDeployment): readonly Problem[] {
  const { backend, edge } = deployment;
  const behindEdge = completeListeners(deployment).https.enabled;
  const places = edgeConnections(edge.limits.memoryMiB) - FOR_REQUESTS;
  const most = Math.min(MOST_SOCKETS, behindEdge ? places : MOST_SOCKETS);
  return [
    { at: "backend", environment: backend.environment },
    ...(backend.roles ?? []).map((role, index) => ({ ...role, at: `backend.roles.${index}` })),
  ].flatMap(({ at, environment: { MAX_SOCKETS: got } }) => {
    if (got === undefined || !(Number(got) > most)) return [];
    const raise =
      most === places ? ", or raise edge.limits.memoryMiB, of which each MiB is eight connections" : "";
    return [
      {
        path: `${at}.environment.MAX_SOCKETS`,
        got,
        allowed: `at most ${most}: sockets stay open, and ${behindEdge && most === places ? "the edge" : "a container"} would have no place left for anything else`,
        fix: `lower it (the backend's own is ${SOCKETS})${raise}`,
      },
    ];
  });
}
