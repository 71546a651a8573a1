import { createServer as createPlain, type Server } from "node:net";
import { createServer, type TlsOptions } from "node:tls";
import { describe, expect, onTestFinished, test } from "vitest";
import { dial, secured } from "../../../cli/doctor/dial.ts";
import { tlsReason } from "../../../cli/doctor/tls-reasons.ts";
import { makeAuthority, makeServerPair } from "../../../pki/x509.ts";

/** Serves on a port of the system's choice. */
async function served<T extends Server>(server: T): Promise<number> {
  server.on("error", () => undefined);
  server.on("tlsClientError", () => undefined);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return (server.address() as { port: number }).port;
}

async function handshake(port: number, ca: string): Promise<string> {
  const socket = await dial("127.0.0.1", port);
  try {
    await secured(socket, { ca, servername: "iot.test" });
    return "trusted";
  } catch (error) {
    return tlsReason(error as NodeJS.ErrnoException).what;
  } finally {
    socket.destroy();
  }
}

const withPair = (options: TlsOptions) => served(createServer(options, (socket) => socket.end()));

describe("a handshake that fails is told apart:", () => {
  test("a CA that is not trusted, and another name", async () => {
    const [own, other] = await Promise.all([makeAuthority("own"), makeAuthority("other")]);
    const pair = await makeServerPair("test", ["iot.test"], own);
    const wrong = await makeServerPair("test", ["else.test"], own);
    const port = await withPair({ key: pair.key, cert: pair.certificate });

    expect(await handshake(port, own.certificate)).toBe("trusted");
    expect(await handshake(port, other.certificate)).toMatch(
      /^the certificate is signed by a CA that clients of this deployment do not trust \(\w+\)$/,
    );
    expect(
      await handshake(await withPair({ key: wrong.key, cert: wrong.certificate }), own.certificate),
    ).toMatch(/^the certificate is for another name: .*else\.test/);
  });

  test("a port in clear text, which answers, or closes as a broker does", async () => {
    const { certificate } = await makeAuthority("own");
    const talking = await served(createPlain((socket) => socket.end("220 hello\r\n")));
    const closing = await served(createPlain((socket) => socket.once("data", () => socket.destroy())));

    for (const port of [talking, closing])
      expect(await handshake(port, certificate)).toMatch(
        /^what answers there speaks no TLS, but clear text \(/,
      );
  });

  test("dates, as OpenSSL calls them", () => {
    const told = (code: string) => tlsReason(Object.assign(new Error(code), { code })).what;
    expect([told("CERT_HAS_EXPIRED"), told("CERT_NOT_YET_VALID"), told("ERR_SSL_NO_CIPHER_MATCH")]).toEqual([
      "the certificate has expired",
      "the certificate is not valid yet, by this machine's clock",
      "the handshake ends with ERR_SSL_NO_CIPHER_MATCH",
    ]);
  });
});
