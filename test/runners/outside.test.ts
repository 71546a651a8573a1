import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import { createServer as createTlsServer, TLSSocket } from "node:tls";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import type { OutsideServer } from "../../core/stack-facts.ts";
import type { Pair } from "../../pki/pair.ts";
import { makeAuthority, makeServerPair } from "../../pki/x509.ts";
import { openFirst, openOutside } from "../../runners/outside.ts";
import { refuseBadGround } from "../../runners/preflight/preflight.ts";
import { errorText } from "../support/error-text.ts";
import { stackOf } from "../support/stack.ts";
import { temporaryFolder, write } from "../support/temporary-folder.ts";

let authority: Pair;
let stranger: Pair;
let pair: Pair;
let elsewhere: Pair;

beforeAll(async () => {
  [authority, stranger] = await Promise.all([makeAuthority("operator"), makeAuthority("stranger")]);
  pair = await makeServerPair("server", ["localhost", "127.0.0.1"], authority);
  elsewhere = await makeServerPair("server", ["db.example.org"], authority);
});

const served = async (server: Server): Promise<number> => {
  server.listen(0, "127.0.0.1");
  onTestFinished(() => void server.close());
  await once(server, "listening");
  return (server.address() as AddressInfo).port;
};

const overTls = ({ certificate, key }: Pair) =>
  served(createTlsServer({ cert: certificate, key }, (socket) => socket.on("error", () => undefined)));

/** PostgreSQL's own way into TLS, with OpenSSL behind it: one word in clear text, and its answer. */
const likePostgres = ({ certificate, key }: Pair, answer: string) =>
  served(
    createServer((socket: Socket) => {
      socket.on("error", () => undefined);
      socket.once("data", (asked) => {
        expect(asked).toEqual(Buffer.from("0000000804d2162f", "hex"));
        socket.write(answer);
        if (answer === "S")
          new TLSSocket(socket, { isServer: true, cert: certificate, key }).on("error", () => undefined);
      });
    }),
  );

const server = (port: number, given: Partial<OutsideServer> = {}): OutsideServer => ({
  ...{ service: "redis", speaks: "Redis", host: "127.0.0.1", port, ca: authority.certificate },
  ...given,
});

const refusal = (wanted: OutsideServer) => errorText(() => openOutside(wanted));

describe("a server outside", () => {
  test.each(["127.0.0.1", "localhost"])("is opened over TLS by its name or its address: %s", async (host) => {
    const socket = (await openOutside(server(await overTls(pair), { host }))) as TLSSocket;

    expect([socket.authorized, socket.getProtocol()]).toEqual([true, "TLSv1.3"]);
    socket.destroy();
  });

  test("is asked for TLS in its own protocol where it is PostgreSQL", async () => {
    const port = await likePostgres(pair, "S");
    const socket = await openOutside(server(port, { service: "postgres", speaks: "PostgreSQL" }));

    expect((socket as TLSSocket).authorized).toBe(true);
    socket.destroy();
  });

  test("is told apart: the CA", async () => {
    const port = await overTls(pair);

    expect(await refusal(server(port, { ca: stranger.certificate }))).toMatch(
      `Redis at 127.0.0.1:${port}: its certificate is from a CA that is not in redis.outside.tls.ca (`,
    );
  });

  test("is told apart: the name, by name and by address", async () => {
    const port = await overTls(elsewhere);

    for (const host of ["localhost", "127.0.0.1"])
      expect(await refusal(server(port, { host }))).toMatch(
        /: its certificate is for another name: DNS:db\.example\.org\n {2}→ write one of these names as redis\.outside\.host, or have/,
      );
  });

  test("is told apart: the dates", async () => {
    const port = await overTls(expired());

    expect(await refusal(server(port, { ca: expired.ca }))).toBe(
      `Redis at 127.0.0.1:${port}: its certificate has expired\n  → have its operator renew it`,
    );
  });

  test("is told apart: one that speaks no TLS", async () => {
    const plain = await served(createServer((socket) => socket.end("-ERR unknown command\r\n")));
    const postgres = await likePostgres(pair, "N");

    expect(await refusal(server(plain))).toContain(`Redis at 127.0.0.1:${plain}: speaks no TLS there`);
    expect(await refusal(server(postgres, { service: "postgres", speaks: "PostgreSQL" }))).toContain(
      `PostgreSQL at 127.0.0.1:${postgres}: speaks no TLS there`,
    );
  });

  test("is told apart: nobody listens, and a name that leads nowhere", async () => {
    const closed = createServer();
    const port = await served(closed);
    closed.close();

    expect(await refusal(server(port))).toContain(`Redis at 127.0.0.1:${port}: no connection (ECONNREFUSED)`);
    expect(await refusal(server(port, { host: "nowhere.invalid" }))).toMatch(
      /^Redis at nowhere\.invalid:\d+: the name does not resolve \((ENOTFOUND|EAI_AGAIN)\)/,
    );
  });

  test("that cannot be used stops a deploy, every one with its reason", async () => {
    const port = await overTls(pair);
    const outside = [
      server(port),
      server(port, { ca: stranger.certificate }),
      server(port, { host: "nowhere.invalid" }),
    ];
    const refused = await errorText(() =>
      refuseBadGround(stackOf([], { outside: outside.slice(1) }), () => undefined),
    );

    expect(refused.split("\n").filter((line) => line.startsWith("Redis at"))).toHaveLength(2);
    await refuseBadGround(stackOf([], { outside: [server(port)] }), () => undefined);
  });

  test("may be away where it is one of a cluster, and have no wrong certificate there", async () => {
    const port = await overTls(pair);
    const outside = (...given: readonly Partial<OutsideServer>[]) =>
      given.map((one) => server(port, { service: "clustered", ...one }));
    const away = { host: "nowhere.invalid" };
    const lines: string[] = [];
    const up = (servers: readonly OutsideServer[]) =>
      refuseBadGround(stackOf([], { outside: [...servers] }), (line) => lines.push(line));

    await up(outside(away, {}));
    expect(lines).toEqual([
      expect.stringContaining(`Redis at nowhere.invalid:${port}: the name does not resolve`),
    ]);
    expect((await openFirst(outside(away, {}))).host).toBe("127.0.0.1");

    for (const refused of [
      outside(away),
      outside({}, { ca: stranger.certificate }),
      [...outside(away), server(port)],
    ])
      expect(await errorText(() => up(refused))).toMatch(/^Redis at [^\n]*(does not resolve|from a CA)/);
    expect(await errorText(() => openFirst(outside(away, away)))).toMatch(
      /does not resolve[\s\S]*does not resolve/,
    );
  });
});

/** By openssl, which the kit does not use: a certificate that was good for a day, two days ago. */
function expired(): Pair {
  const folder = temporaryFolder();
  const at = (name: string) => `${folder}/${name}`;
  const openssl = (...args: readonly string[]) => execFileSync("openssl", args, { stdio: "pipe" });
  write(folder, "ca.crt", authority.certificate);
  write(folder, "ca.key", authority.key);
  write(folder, "san", "subjectAltName=IP:127.0.0.1\n");
  openssl(
    "req",
    "-newkey",
    "rsa:2048",
    "-nodes",
    "-subj",
    "/CN=server",
    "-keyout",
    at("key"),
    "-out",
    at("csr"),
  );
  const days = ["-days", "-1", "-set_serial", "7", "-extfile", at("san")];
  openssl(
    "x509",
    "-req",
    "-in",
    at("csr"),
    "-CA",
    at("ca.crt"),
    "-CAkey",
    at("ca.key"),
    "-out",
    at("crt"),
    ...days,
  );
  expired.ca = authority.certificate;
  return {
    certificate: execFileSync("cat", [at("crt")], { encoding: "utf8" }),
    key: execFileSync("cat", [at("key")], { encoding: "utf8" }),
  };
}
expired.ca = "";
