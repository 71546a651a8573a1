import type { Deployment } from "../../services/deployment.ts";
import { edgeConnections } from "../../services/edge/memory.ts";
import { brokerMemory, mosquittoMemory } from "../../services/mosquitto/memory.ts";
import { COEFFICIENTS, KEPT_FREE, keptFree } from "./coefficients.ts";
import { type Group, rateOf, sensorsIn, sum } from "./load.ts";

/** One thing that a deployment has so much of. */
export interface Resource {
  readonly resource: string;
  readonly unit: string;
  readonly needed: number;

  /** Undefined where nobody said how much there is. */
  readonly holds?: number;
  readonly source: string;

  /** Steps where it is not enough, or soon will not be. */
  readonly change: string;
}

export interface Wanted {
  readonly groups: readonly Group[];

  /** Connections at the broker. */
  readonly devices: number;

  /** Pages and programs that follow live. */
  readonly sockets: number;
  readonly diskBytes?: number;
}

/** Everything of a deployment that sensors use up; a service that is off uses nothing. */
export function resourcesOf(deployment: Deployment, wanted: Wanted): readonly Resource[] {
  const { mosquitto, postgres, backend } = deployment;
  return [
    ...(backend.enabled && mosquitto.enabled ? [messages(wanted)] : []),
    ...(mosquitto.enabled ? [connections(deployment, wanted)] : []),
    ...(postgres.enabled ? [disk(deployment, wanted)] : []),
    ...(backend.enabled && wanted.sockets > 0 ? [sockets(deployment, wanted), pushes(wanted)] : []),
  ];
}

/** Of what more sensors use up, what is used up most; none of what nobody knows the size of. */
export const firstOf = (resources: readonly Resource[]): Resource | undefined =>
  resources
    .filter(({ resource, holds }) => holds !== undefined && resource !== SOCKETS_RESOURCE)
    .toSorted((a, b) => shareOf(b) - shareOf(a))
    .at(0);

export const shareOf = ({ needed, holds = Number.NaN }: Resource): number => needed / holds;

function messages({ groups }: Wanted): Resource {
  const { value, unit, source } = COEFFICIENTS.readingsPerSecond;
  return {
    resource: "messages",
    unit,
    needed: rateOf(groups),
    holds: value,
    source,
    change:
      "send less often, give ingest two replicas (1.3 times as much on two cores), or make several sites of it, each with a broker and a database",
  };
}

/** A listener with certificates or passwords over TLS is the one for devices where it is open. */
function connections(deployment: Deployment, { devices }: Wanted): Resource {
  const { limits, maxPacketBytes } = deployment.mosquitto;
  const tls = deployment.listeners.mqtts.enabled;
  const placesIn = (memoryMiB: number): number => {
    const memory = mosquittoMemory(memoryMiB, maxPacketBytes, tls);
    return tls ? memory.tlsConnections : memory.plainConnections;
  };
  const memory = brokerMemory(deployment);
  const enough = [32, 64, 128, 256, 512, 1024, 2048, 4096].find(
    (memoryMiB) => placesIn(memoryMiB) >= devices,
  );
  return {
    resource: tls ? "connections over TLS" : "connections",
    unit: "devices",
    needed: devices,
    holds: tls ? memory.tlsConnections : memory.plainConnections,
    source: `services/mosquitto/memory.ts with mosquitto.limits.memoryMiB ${limits.memoryMiB} and maxPacketBytes ${maxPacketBytes}`,
    change:
      enough === undefined
        ? "no memory is enough for one broker: let gateways speak for several sensors, or make several sites of it"
        : `mosquitto.limits.memoryMiB: ${enough} holds ${placesIn(enough)}`,
  };
}

const DAY = 86_400;
const HOURS = 24;

/** Rows of each kind when everything has been kept for as long as it is to be. */
export function rowsOf(groups: readonly Group[], { hourlyDays, dailyDays }: Deployment["retention"]) {
  const readings = sum(
    groups.map(({ sensors, intervalSeconds, rawDays }) => (sensors / intervalSeconds) * DAY * rawDays),
  );
  const hours = sum(
    groups.map(({ sensors, rawDays }) => sensors * HOURS * Math.max(0, hourlyDays - rawDays)),
  );
  const days = sensorsIn(groups) * Math.max(0, dailyDays - hourlyDays);
  return { readings, sums: hours + days };
}

function disk({ retention, backup, postgres }: Deployment, { groups, diskBytes }: Wanted): Resource {
  const { bytesPerReading, bytesPerSum, bytesPerDumped } = COEFFICIENTS;
  const { readings, sums } = rowsOf(groups, retention);
  const kept = readings * bytesPerReading.value + sums * bytesPerSum.value;
  // A dump lies there until it is in the repository (docs/backup.md).
  const dump = backup.enabled ? (readings + sums) * bytesPerDumped.value : 0;
  const needed = kept + dump;
  const room = diskBytes === undefined ? undefined : diskBytes - keptFree(diskBytes);
  return {
    resource: "disk",
    unit: "bytes",
    needed,
    ...(room === undefined ? {} : { holds: room }),
    source: `${bytesPerReading.source} (${bytesPerReading.value}), "a sum of an hour or a day" (${bytesPerSum.value})${
      backup.enabled ? `, "a reading in a dump" (${bytesPerDumped.value})` : ""
    }; ${KEPT_FREE}`,
    change:
      room === undefined
        ? "say how large the disk is: --disk GIB"
        : daysThatFit(postgres.database, room, needed, groups),
  };
}

function daysThatFit(database: string, room: number, needed: number, groups: readonly Group[]): string {
  const longest = Math.max(...groups.map(({ rawDays }) => rawDays));
  const days = Math.floor((longest * room) / needed);
  return needed <= room
    ? `a larger disk, or a shorter retention.rawDays, for the database ${database}`
    : `retention.rawDays: about ${days} days instead of ${longest}, or a disk for ${Math.ceil(needed / 2 ** 30)} GiB and what is kept free`;
}

/** People open pages, however many sensors there are. */
const SOCKETS_RESOURCE = "sockets";

const SOCKETS = "MAX_SOCKETS";

function sockets(deployment: Deployment, { sockets }: Wanted): Resource {
  const { backend, programs, edge, listeners } = deployment;
  const { value, source } = COEFFICIENTS.socketsPerApi;
  const published = programs.find(
    ({ application, listener }) => application === "backend" && listener !== undefined,
  );
  const each = Number(published?.environment[SOCKETS] ?? backend.environment[SOCKETS] ?? value);
  const open = each * (published?.replicas ?? 1);
  const passed = listeners.https.enabled ? edgeConnections(edge.limits.memoryMiB) : Number.POSITIVE_INFINITY;
  return {
    resource: SOCKETS_RESOURCE,
    unit: "sockets",
    needed: sockets,
    holds: Math.min(open, passed),
    source:
      passed < open
        ? `services/edge/memory.ts with edge.limits.memoryMiB ${edge.limits.memoryMiB}`
        : `${source} (${each}), ${published?.replicas ?? 1} of the published role`,
    change:
      passed < open
        ? "raise edge.limits.memoryMiB"
        : `more replicas of the published role, or ${SOCKETS} in its environment`,
  };
}

function pushes({ groups, sockets }: Wanted): Resource {
  const { value, unit, source } = COEFFICIENTS.pushesPerSecond;
  return {
    resource: "pushes",
    unit,
    needed: rateOf(groups) * sockets,
    holds: value,
    source,
    change: "fewer pages at once, or sensors that send less often; more was not measured",
  };
}
