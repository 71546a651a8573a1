import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { UserError } from "../../core/errors.ts";
import { SecretStore } from "../../core/secrets.ts";
import { ofRole } from "../../runners/containers.ts";
import { lastLines } from "../../runners/docker/last-lines.ts";
import { API_KEY } from "../../services/backend/definition.ts";
import { apiOf, listFromApi } from "../api-way.ts";
import { asUser } from "../broker-client.ts";
import { publisherOf, topicOf } from "../broker-user.ts";
import { type BrokerWay, brokerWay, isTls } from "../broker-way.ts";
import type { Step } from "../doctor/steps.ts";
import { publish } from "../publish.ts";
import type { Synthesized } from "../synthesize.ts";
import { apiHop, askDatabase, brokerHop, databaseHop, ingestHop, ingestOf, redisHop } from "./hops.ts";
import { type Listening, listen } from "./listen.ts";

/** The time limit for a step that takes a working chain some 50 ms. */
const LIMIT_MS = 10_000;
/** Behind which it is worth a look whether what pushes is well at all. */
const SOON_MS = 2000;

/** One hop that the marked reading was followed through. */
export interface Hop {
  readonly hop: "broker" | "ingest" | "database" | "api" | "redis" | "socket";
  readonly state: "passed" | "failed";

  /** Since it was published. @default - it did not get there */
  readonly ms?: number;
  readonly evidence: string;
  readonly lastLines?: readonly string[];
}

export interface Followed {
  readonly sensor: string;
  readonly listener: BrokerWay["listener"];
  readonly tls: boolean;
  readonly hops: readonly Hop[];
  readonly cleanedUp: boolean;
}

/** Publishes a marked reading and looks where it arrives; takes it out of the database again. */
export async function follow(synthesized: Synthesized): Promise<Followed> {
  const { deployment, home } = synthesized;
  const sensor = `exploreiot-follow-${randomBytes(4).toString("hex")}`;
  const way = brokerWay(deployment, home);
  const topic = topicOf(deployment, sensor);
  const user = publisherOf(deployment, topic);
  const hops: Hop[] = [];
  const socket = await opened(synthesized);
  try {
    for await (const hop of journey(synthesized, { sensor, topic, user, socket })) {
      hops.push(hop.state === "passed" ? hop : await told(synthesized, hop));
      if (hop.state === "failed") break;
    }
  } finally {
    if (!(socket instanceof UserError)) socket.close();
  }
  return {
    sensor,
    listener: way.listener,
    tls: isTls(way),
    hops,
    cleanedUp: await cleanUp(synthesized, sensor),
  };
}

interface Marked {
  readonly sensor: string;
  readonly topic: string;
  readonly user: string;
  readonly socket: Listening | UserError;
}

async function* journey(
  synthesized: Synthesized,
  { sensor, topic, user, socket }: Marked,
): AsyncGenerator<Hop> {
  const { deployment, stack, home } = synthesized;
  const way = brokerWay(deployment, home);
  const pushed = socket instanceof UserError ? undefined : socket.heard(sensor, LIMIT_MS);
  let start = performance.now();
  const since = (moment = performance.now()) => Math.round(moment - start);
  try {
    await asUser({ container: ofRole(stack, "mosquitto")?.name, way, user, home }, (client) => {
      start = performance.now();
      return publish(client, topic, "21.5", LIMIT_MS / 1000);
    });
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    yield { hop: "broker", state: "failed", evidence: error.message };
    return;
  }
  yield { hop: "broker", state: "passed", ms: since(), evidence: `took it from ${user} on ${topic}` };
  const missing = await notStored(synthesized, sensor);
  if (missing !== undefined) {
    yield missing;
    return;
  }
  yield { hop: "database", state: "passed", ms: since(), evidence: "ingest has stored it" };
  yield await fromApi(synthesized, sensor, since);
  if (pushed === undefined) yield { hop: "socket", state: "failed", evidence: (socket as UserError).message };
  else yield await fromSocket(synthesized, pushed, since);
}

/** Waits for the row inside of the database, where a look costs nothing. */
async function notStored(synthesized: Synthesized, sensor: string): Promise<Hop | undefined> {
  const rounds = LIMIT_MS / 50;
  const wait = `DO $$ BEGIN
      FOR i IN 1..${rounds} LOOP
        PERFORM 1 FROM readings WHERE sensor = '${sensor}';
        IF FOUND THEN RETURN; END IF;
        PERFORM pg_sleep(0.05);
      END LOOP;
      RAISE EXCEPTION 'not stored within ${LIMIT_MS / 1000} s';
    END $$;`;
  try {
    await askDatabase(synthesized, wait, LIMIT_MS / 1000 + 2);
    return undefined;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const cause = await firstFailed(synthesized, {
      ...{ broker: brokerHop, database: databaseHop, ingest: ingestHop },
    });
    return cause ?? { hop: "ingest", state: "failed", evidence: error.message };
  }
}

type Look = (synthesized: Synthesized) => Promise<Step>;

/** The first hop that is not well by itself: a better name for the cause than where the reading stopped. */
async function firstFailed(
  synthesized: Synthesized,
  looks: Partial<Record<Hop["hop"], Look>>,
): Promise<Hop | undefined> {
  for (const [hop, look] of Object.entries(looks)) {
    const { state, evidence } = await look(synthesized);
    if (state === "failed") return { hop: hop as Hop["hop"], state: "failed", evidence };
  }
  return undefined;
}

async function fromApi(synthesized: Synthesized, sensor: string, since: () => number): Promise<Hop> {
  try {
    const rows = await listFromApi(
      synthesized,
      `/mesures?capteur=${sensor}`,
      z.object({ capteur: z.string() }),
    );
    if (rows.length > 0) return { hop: "api", state: "passed", ms: since(), evidence: "the API lists it" };
    return { hop: "api", state: "failed", evidence: "it is stored, and the API does not list it" };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { hop: "api", state: "failed", evidence: error.message };
  }
}

/** Nobody waits to the limit for what a hop that is down cannot push. */
async function fromSocket(
  synthesized: Synthesized,
  pushed: Promise<number | undefined>,
  since: (moment: number) => number,
): Promise<Hop> {
  const soon = await Promise.race([pushed, delay(SOON_MS, undefined, { ref: false })]);
  const cause =
    soon === undefined ? await firstFailed(synthesized, { redis: redisHop, api: apiHop }) : undefined;
  if (cause !== undefined) return cause;
  const arrived = soon ?? (await pushed);
  return arrived === undefined
    ? { hop: "socket", state: "failed", evidence: `/ws pushed nothing within ${LIMIT_MS / 1000} s` }
    : { hop: "socket", state: "passed", ms: since(arrived), evidence: "/ws pushed it" };
}

async function opened(synthesized: Synthesized): Promise<Listening | UserError> {
  const { deployment, home } = synthesized;
  const api = apiOf(synthesized);
  if (api === undefined) return new UserError(`${deployment.name}: has no API that is published`);
  const key = new SecretStore(home).value(API_KEY);
  const host = deployment.hosts[0] as string;
  try {
    return await listen({ container: api.name, port: deployment.backend.port, host, key });
  } catch (error) {
    return new UserError(`${api.name}: /ws cannot be opened: ${(error as Error).message.split("\n").at(-1)}`);
  }
}

/** The failed hop with the end of its container's log. */
async function told({ stack, ...rest }: Synthesized, hop: Hop): Promise<Hop> {
  const containers: Readonly<Record<Hop["hop"], string | undefined>> = {
    broker: ofRole(stack, "mosquitto")?.name,
    ingest: ingestOf(stack)?.name,
    database: ofRole(stack, "postgres")?.name,
    redis: ofRole(stack, "redis")?.name,
    api: apiOf({ stack, ...rest })?.name,
    socket: apiOf({ stack, ...rest })?.name,
  };
  const container = containers[hop.hop];
  return container === undefined ? hop : { ...hop, lastLines: await lastLines(container) };
}

/** A reading that was not stored yet expires at the broker within the same time. */
async function cleanUp(synthesized: Synthesized, sensor: string): Promise<boolean> {
  try {
    await askDatabase(
      synthesized,
      `DELETE FROM readings WHERE sensor = '${sensor}'; DELETE FROM sensors WHERE sensor = '${sensor}';`,
    );
    return true;
  } catch (error) {
    if (error instanceof UserError) return false;
    throw error;
  }
}
