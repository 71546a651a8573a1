import { randomBytes } from "node:crypto";
import type { Duplex } from "node:stream";
import { type ConnectionOptions, connect } from "node:tls";
import { MqttClient } from "mqtt";
import { UserError } from "../core/errors.ts";
import { SecretStore } from "../core/secrets.ts";
import { dialInside, insideError } from "../runners/docker/inside.ts";
import { openOutside, serverName } from "../runners/outside.ts";
import { mqttSecret } from "../services/mosquitto/definition.ts";
import type { BrokerWay } from "./broker-way.ts";

const LIMIT_MS = 8000;

/** Takes 0.2 s to load, so it is imported where it is needed. A login at the broker that ends when the work is done. */
export async function asUser<T>(
  { container, way, user, home }: Login,
  work: (client: MqttClient) => Promise<T>,
): Promise<T> {
  const { outside } = way;
  const broker = outside === undefined ? (container ?? "") : serverName(outside);
  const stream = outside === undefined ? await dialInside(broker, way.port) : await openOutside(outside);
  const password = new SecretStore(home).value(mqttSecret(user));
  return speak({ stream, ...(way.tls === undefined ? {} : { tls: way.tls }), user, password }, work).catch(
    (error: unknown) => {
      throw error instanceof UserError ? error : inWords(error, broker, user);
    },
  );
}

export interface Login {
  /** Of the broker. @default - it is outside */
  readonly container: string | undefined;
  readonly way: BrokerWay;
  readonly user: string;

  /** The deployment's own directory, which has the password. */
  readonly home: string;
}

interface Conversation {
  readonly stream: Duplex;
  readonly tls?: ConnectionOptions;
  readonly user: string;

  /** @default - a certificate proves who it is */
  readonly password?: string;
}

/**
 * Logs in over a connection that is there, and leaves again.
 *
 * @returns why the broker refuses; undefined if it does not
 */
export async function tryLogin(
  stream: Duplex,
  { name, password }: { readonly name: string; readonly password?: string },
): Promise<string | undefined> {
  try {
    await speak(
      { stream, user: name, ...(password === undefined ? {} : { password }) },
      async () => undefined,
    );
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** MQTT 5, whose answers say whether the rules let a message in; 3.1.1 acknowledges what is thrown away. */
async function speak<T>(
  { stream, tls, user, password }: Conversation,
  work: (client: MqttClient) => Promise<T>,
): Promise<T> {
  const failed = firstError(stream);
  const wire = tls === undefined ? stream : connect({ ...tls, socket: stream });
  if (wire !== stream) failed.watch(wire);
  const client = new MqttClient(() => wire, {
    protocolVersion: 5,
    clientId: `exploreiot-${randomBytes(6).toString("hex")}`,
    ...(password === undefined ? {} : { username: user, password }),
    reconnectPeriod: 0,
    connectTimeout: LIMIT_MS,
    clean: true,
  });
  failed.watch(client);
  try {
    const done = await Promise.race([connected(client).then(() => work(client)), failed.promise]);
    await client.endAsync();
    return done;
  } finally {
    client.end(true);
    stream.destroy();
  }
}

const connected = (client: MqttClient): Promise<void> =>
  new Promise((resolve, reject) => {
    client.once("connect", () => resolve());
    client.once("close", () =>
      reject(new Error("the broker closed the connection before it let the user in")),
    );
  });

interface Emitter {
  on(event: "error", listener: (error: Error) => void): unknown;
}

/** Rejects with what went wrong first: the reason, of which the errors of the layers above only follow. */
function firstError(stream: Emitter) {
  let fail: ((error: Error) => void) | undefined;
  const promise = new Promise<never>((_, reject) => {
    fail = reject;
  });
  promise.catch(() => undefined);
  const watch = (emitter: Emitter) => void emitter.on("error", (error) => fail?.(error));
  watch(stream);
  return { promise, watch };
}

/** Reason codes of MQTT 5 (2.4) for a login that is refused: bad name or password, not authorized, banned. */
const REFUSED: readonly unknown[] = [134, 135, 138, 4, 5];

function inWords(error: unknown, container: string, user: string): UserError {
  const { code, message } = error as { readonly code?: unknown; readonly message: string };
  if (REFUSED.includes(code))
    return new UserError(
      `${container}: user ${user}: ${message}`,
      "its password or its rights at the broker are not those of this checkout: exploreiot up delivers them",
    );
  return insideError(container, error);
}
