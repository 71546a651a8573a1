import { lookup } from "node:dns/promises";
import { once } from "node:events";
import { connect, isIP, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { UserError } from "../core/errors.ts";
import type { OutsideServer } from "../core/stack-facts.ts";
import { namesInCertificate, tlsFailure } from "./tls-failure.ts";

const LIMIT_MS = 5000;

/** A server that nobody is answering for: of a cluster it may be the one that has failed. */
export class AwayError extends UserError {}

/** As people are told of it. */
export const serverName = ({ speaks, host, port }: OutsideServer): string => `${speaks} at ${host}:${port}`;

/**
 * A connection to a server outside, from this machine, with TLS as far as it has any.
 *
 * @throws UserError that says at which step it ends: the name, the connection, or TLS
 */
export async function openOutside(server: OutsideServer): Promise<Socket> {
  await resolves(server);
  const socket = await connected(server);
  if (server.ca === undefined) return socket;
  try {
    if (server.service === "postgres") await asksForTls(socket);
    return await secured(socket, server);
  } catch (error) {
    socket.destroy();
    throw error instanceof UserError ? error : tlsError(server, error as NodeJS.ErrnoException);
  }
}

/**
 * The first of the servers of a cluster that is there. A certificate that is wrong is a fault of any of them.
 *
 * @throws UserError where none is there, with the reason of each
 */
export async function openFirst(servers: readonly OutsideServer[]): Promise<OutsideServer> {
  const away: AwayError[] = [];
  for (const server of servers) {
    try {
      (await openOutside(server)).destroy();
      return server;
    } catch (error) {
      if (!(error instanceof AwayError)) throw error;
      away.push(error);
    }
  }
  throw allOf(away);
}

/** Several errors as one. */
export const allOf = (errors: readonly UserError[]): UserError =>
  new UserError(
    errors.map(({ message }) => message).join("\n"),
    ...new Set(errors.flatMap(({ remedy }) => remedy)),
  );

async function resolves(server: OutsideServer): Promise<void> {
  try {
    await lookup(server.host);
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException;
    throw new AwayError(
      `${serverName(server)}: the name does not resolve (${code})`,
      `look whether ${server.service}.outside.host is right, and who answers for the name`,
    );
  }
}

async function connected(server: OutsideServer): Promise<Socket> {
  const { host, port, service } = server;
  const socket = connect({ host, port });
  const failed = whenItEnds(socket);
  try {
    await Promise.race([once(socket, "connect"), failed]);
    return socket;
  } catch (error) {
    socket.destroy();
    const { code, message } = error as NodeJS.ErrnoException;
    throw new AwayError(
      `${serverName(server)}: no connection (${code ?? message})`,
      `look whether it runs and listens there (${service}.outside), and whether a filter is on the way`,
    );
  }
}

/** PostgreSQL is asked for TLS in its own protocol first (documentation, 54.2.11, SSL Session Encryption). */
async function asksForTls(socket: Socket): Promise<void> {
  const failed = whenItEnds(socket);
  socket.write(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47]));
  const [answer] = (await Promise.race([once(socket, "data"), failed])) as [Buffer];
  if (answer.toString() !== "S") throw Object.assign(new Error("answers N"), { code: "ECONNRESET" });
  socket.pause();
}

async function secured(socket: Socket, { host, ca }: OutsideServer): Promise<Socket> {
  const wire = connectTls({
    ...{ socket, ca, host },
    ...(isIP(host) === 0 ? { servername: host } : {}),
    minVersion: "TLSv1.2",
  });
  await Promise.race([once(wire, "secureConnect"), whenItEnds(wire)]);
  return wire;
}

/** Rejects when a connection fails, ends, or says nothing for too long. */
function whenItEnds(socket: Socket): Promise<never> {
  const ended = new Promise<never>((_, reject) => {
    socket.once("error", reject);
    socket.once("close", () => reject(new Error("closed before it was ready")));
    setTimeout(() => reject(new Error(`no answer within ${LIMIT_MS / 1000} s`)), LIMIT_MS).unref();
  });
  ended.catch(() => undefined);
  return ended;
}

function tlsError(server: OutsideServer, error: NodeJS.ErrnoException): UserError {
  const at = `${server.service}.outside`;
  const what = serverName(server);
  switch (tlsFailure(error)) {
    case "untrusted":
      return new UserError(
        `${what}: its certificate is from a CA that is not in ${at}.tls.ca (${error.code})`,
        "name the CA's file that the server's operator gives out; if it was right before, ask them why it changed",
      );
    case "other name":
      return new UserError(
        `${what}: its certificate is for another name: ${namesInCertificate(error)}`,
        `write one of these names as ${at}.host, or have the server given a certificate for ${server.host}`,
      );
    case "expired":
      return new UserError(`${what}: its certificate has expired`, "have its operator renew it");
    case "not valid yet":
      return new UserError(
        `${what}: its certificate is not valid yet, by this machine's clock`,
        "set the clock, or have its operator look at theirs",
      );
    case "no TLS":
      return new UserError(
        `${what}: speaks no TLS there`,
        `write the port that does as ${at}.port, or have TLS turned on at the server`,
      );
    default:
      return new UserError(
        `${what}: the TLS handshake ends with ${error.code ?? error.message}`,
        "look at what the server says of it",
      );
  }
}
