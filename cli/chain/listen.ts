import WebSocket from "ws";
import { dialInside } from "../../runners/docker/inside.ts";

interface Listened {
  /** Of the API. */
  readonly container: string;
  readonly port: number;
  readonly host: string;
  readonly key: string;
}

const LIMIT_MS = 5000;

/** A socket of the API from inside its container, as a page has one. */
export interface Listening {
  /** Resolves when a reading of the sensor is pushed; undefined if none is before the limit. */
  heard(sensor: string, limitMs: number): Promise<number | undefined>;
  close(): void;
}

/** @throws Error if the API opens no socket within 5 s */
export async function listen({ container, port, host, key }: Listened): Promise<Listening> {
  const stream = await dialInside(container, port);
  const socket = new WebSocket(`ws://${host}/ws`, {
    headers: { "X-API-Key": key },
    handshakeTimeout: LIMIT_MS,
    createConnection: (() => stream) as never,
  });
  await new Promise<void>((resolve, reject) => {
    socket.once("open", () => resolve());
    socket.once("error", reject);
    stream.once("error", reject);
  });
  socket.on("error", () => undefined);
  return {
    heard: (sensor, limitMs) => heardOn(socket, sensor, limitMs),
    close: () => {
      socket.terminate();
      stream.destroy();
    },
  };
}

/** Nothing of it is left once it is settled: a timer that goes on would keep the whole program from its end. */
export function heardOn(socket: WebSocket, sensor: string, limitMs: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const end = (moment?: number) => {
      clearTimeout(timer);
      resolve(moment);
    };
    const timer = setTimeout(end, limitMs);
    socket.on("message", (data) => {
      if (String(data).includes(sensor)) end(performance.now());
    });
    socket.once("close", () => end());
  });
}
