import { createHash, X509Certificate } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { constants } from "node:http2";
import { createConnection, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import type { MqttClient } from "mqtt";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import WebSocket from "ws";
import { packet, send, text, userProperties } from "../../bench/support/mqtt-wire.js";
import { helloByByte, TlsRecords } from "../../bench/support/tls-records.js";
import { parseDeployment } from "../../config/parse.ts";
import type { DeploymentInput } from "../../config/schema.ts";
import { firstAddress } from "../../constructs/private-network.ts";
import { authorityFolder, currentPair, setCurrentPair } from "../../pki/folder.ts";
import { readAuthority } from "../../pki/internal.ts";
import type { Pair } from "../../pki/pair.ts";
import { makeServerPair } from "../../pki/x509.ts";
import { run } from "../../runners/run.ts";
import { haproxyConfig } from "../../services/edge/haproxy-config.ts";
import { issueDevice, revokeDevice } from "../../services/mosquitto/devices.ts";
import { docker, missing, TestDeployment, titled, until } from "../support/e2e.ts";
import { declaredRights, grantedRights } from "../support/e2e-acl.ts";
import { type Credentials, connect, login, publish } from "../support/e2e-broker.ts";
import { openPage } from "../support/e2e-page.ts";
import {
  ask,
  askHttp2,
  handshake,
  openHttp2,
  postHttp2,
  raw,
  shown,
  type TlsServer,
  unreadHttp2,
} from "../support/e2e-tls.ts";
import { inspectAll } from "../support/inspected.ts";

const HOST = "localhost";
const HTTPS = 26443;
const MQTTS = 26883;
const MQTT = 26884;
const PARTNER = "https://partner.test";
const LIMIT = 300;
const site = `${HOST}:${HTTPS}`;
const runner = missing.terraform === undefined ? "terraform" : "compose";

const deployment = new TestDeployment({
  // In production a service may miss what it needs for 30 s: here the broker and the firewall are replaced meanwhile.
  health: { intervalSeconds: 1, retries: 30 },
  name: "e2e-edge",
  environment: "production",
  bind: "loopback",
  hosts: [HOST],
  listeners: { https: { port: HTTPS }, mqtts: { port: MQTTS } },
  http: { corsOrigins: [PARTNER], rateLimitPerMinute: LIMIT, maxBodyBytes: 65_536 },
  mosquitto: {
    users: [
      { name: "sensor", publish: ["sensor/+"] },
      { name: "viewer", subscribe: ["sensor/+"] },
      { name: "operator", publish: ["command/#"], subscribe: ["status/#"] },
    ],
    devices: { publish: ["sensor/%u"], subscribe: ["command/%u/#"] },
  },
});

let ca: string;
const https = (): TlsServer => ({ host: HOST, port: HTTPS, ca });
const mqtts = (): TlsServer => ({ host: HOST, port: MQTTS, ca });
const tls = (pair?: Pair) => ({
  ca,
  servername: HOST,
  ...(pair === undefined ? {} : { cert: pair.certificate, key: pair.key }),
});
const withPassword = (name: string): Credentials => ({
  username: name,
  password: deployment.secret(`mqtt-${name}-password`),
});
const parsed = () => parseDeployment(deployment.config, "test");
const inside = async (role: string, network: string) => {
  const [state] = await inspectAll([deployment.container(role)]);
  return state?.NetworkSettings.Networks[`exploreiot-${deployment.name}-${network}`]?.IPAddress ?? "";
};

/** Asks from the API's container, which is a client of its own to the edge. */
const python = (role: string, script: string) =>
  docker("exec", deployment.container(role), "python", "-c", script);

interface Claims {
  readonly origin?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function openSocket({ headers, ...claims }: Claims, path = "/ws"): Promise<WebSocket> {
  const options = { ca, servername: HOST, headers: { host: site, ...headers }, ...claims };
  const socket = new WebSocket(`wss://127.0.0.1:${HTTPS}${path}`, options);
  return new Promise((resolve, reject) => {
    socket.once("open", () => resolve(socket)).once("error", reject);
    socket.once("unexpected-response", async (_, answer) => {
      const body = (await answer.toArray()).join("");
      reject(new Error(`${answer.statusCode} ${body}`));
    });
  });
}

const socketAnswer = (claims: Claims, path = "/ws") =>
  openSocket(claims, path).then(
    (socket) => {
      socket.terminate();
      return "open";
    },
    (error: Error) => error.message,
  );

/** A CONNECT of the user `sensor` with a will that is slow to read, and a packet that ends the connection. */
const leavingAtOnce = (password: string): Buffer =>
  Buffer.concat([
    packet(0x10, [
      ...[text("MQTT"), Buffer.from([5, 0xc6, 0, 60, 0]), text("")],
      ...[...userProperties(7_000), text("sensor/stranger"), text("")],
      ...[text("sensor"), text(password)],
    ]),
    packet(0xc0, [Buffer.from([0])]),
  ]);

const reading = (socket: WebSocket, sensor: string) => {
  const seen: { readonly capteur: string; readonly valeur: number }[] = [];
  socket.on("message", (data) => seen.push(JSON.parse(String(data))));
  return () => until(`${sensor} on the socket`, async () => seen.find(({ capteur }) => capteur === sensor));
};

describe.skipIf(missing[runner])(titled("a stack behind TLS", missing[runner]), () => {
  beforeAll(async () => {
    await deployment.clear();
    await deployment.up(runner);
    ca = readFileSync(join(authorityFolder(deployment.home), "ca.crt"), "utf8");
  });
  afterAll(() => deployment.wipe());

  test("publishes the two listeners with TLS and nothing else", async () => {
    const ports = await docker(
      ...["ps", "--filter", `label=exploreiot.deployment=${deployment.name}`, "--format", "{{.Ports}}"],
    );
    expect(ports.match(/\S+->\S+/g)?.sort()).toEqual([
      `127.0.0.1:${HTTPS}->8443/tcp`,
      `127.0.0.1:${MQTTS}->8883/tcp`,
    ]);
  });

  test("is not changed by a second up", async () => {
    expect((await deployment.up(runner)).changed).toBe(false);
  });

  test.each<[string, Partial<DeploymentInput>]>([
    ["as it is", {}],
    [
      "with ACME",
      { hosts: ["iot.example.org"], tls: { certificate: { source: "acme", email: "ops@example.org" } } },
    ],
    ["with an own backend at the root", { backend: { image: "app:1" }, http: { stripPrefix: true } }],
    [
      "with an API and no page",
      { backend: { image: "app:1", pathPrefix: "" }, frontend: { enabled: false } },
    ],
    ["with a page and no API", { backend: { enabled: false }, frontend: { image: "web:1" } }],
    ["with both families", { networks: { edge: { ipv4: "10.1.1.0/24", ipv6: "fd00:1::/64" } } }],
    ["with no limit of requests", { http: { rateLimitPerMinute: 0 } }],
  ])("HAProxy accepts its configuration %s", async (_, change) => {
    const listeners = { https: { port: 443 } };
    const changed = parseDeployment({ ...deployment.config, listeners, ...change }, "test");
    // Names of services that this deployment has not are asked of a server that may be out of reach.
    const argv = ["docker", "exec", "--interactive", "--env", "RES_OPTIONS=timeout:1 attempts:1"] as const;
    // Without -V it says nothing of a file that is valid.
    const check = ["haproxy", "-c", "-V", "-f", "/dev/stdin"];
    const { stdout } = await run([...argv, deployment.container("edge"), ...check], {
      input: haproxyConfig(changed),
    });
    expect(stdout).toContain("Configuration file is valid");
  });

  test.each([
    ["https", HTTPS],
    ["mqtts", MQTTS],
  ])("%s speaks TLS 1.2 and 1.3 with strong ciphers only", async (_, port) => {
    const old = "DEFAULT:@SECLEVEL=0";
    expect({
      "1.0": await handshake(port, "-tls1", "-cipher", old),
      "1.1": await handshake(port, "-tls1_1", "-cipher", old),
      "no forward secrecy": await handshake(port, "-tls1_2", "-cipher", "AES128-SHA256"),
      CBC: await handshake(port, "-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-SHA256"),
      "1.2": await handshake(port, "-tls1_2", "-cipher", "ECDHE-ECDSA-AES128-GCM-SHA256"),
      "1.3": await handshake(port, "-tls1_3", "-ciphersuites", "TLS_AES_128_GCM_SHA256"),
    }).toEqual({
      "1.0": "protocol version",
      "1.1": "protocol version",
      "no forward secrecy": "handshake failure",
      CBC: "handshake failure",
      "1.2": "TLSv1.2 ECDHE-ECDSA-AES128-GCM-SHA256",
      "1.3": "TLSv1.3 TLS_AES_128_GCM_SHA256",
    });
  });

  test("both listeners show one certificate, of the deployment's CA and for its host", async () => {
    const [edge, broker] = await Promise.all([shown(https()), shown(mqtts())]);
    expect(edge.subjectaltname).toBe(`DNS:${HOST}`);
    expect(edge.serialNumber).toBe(broker.serialNumber);
    await expect(shown({ ...https(), host: "other.test" })).rejects.toThrow("does not match certificate");
  });

  test("answers over HTTP/2, with the headers that keep a browser safe", async () => {
    const headers = await askHttp2(https(), "/", site);
    expect(headers).toMatchObject({
      ":status": 200,
      "strict-transport-security": "max-age=63072000",
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": "no-referrer",
      "x-request-id": expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(headers.server ?? headers["x-powered-by"]).toBeUndefined();
  });

  test("leads to the API below its prefix and to the page elsewhere", async () => {
    const type = async (path: string) => (await ask(https(), path)).headers["content-type"];
    expect(await type("/api/mesures")).toBe("application/json");
    expect(await type("/apix")).toContain("text/html");
    expect(await type("/readyz")).toContain("text/html");
  });

  test("refuses hosts, methods and sizes that are not its own", async () => {
    const status = async (path: string, asked = {}) => (await ask(https(), path, asked)).status;
    const big = "x".repeat(70_000);
    expect({
      host: await status("/", { headers: { host: "other.test" } }),
      "HTTP/2 authority": (await askHttp2(https(), "/", "other.test"))[":status"],
      "no host": statusOf(await raw(https(), ["GET / HTTP/1.1\r\nConnection: close\r\n\r\n"])),
      trace: await status("/", { method: "TRACE" }),
      header: await status("/", { headers: { "x-long": "x".repeat(20_000) } }),
      body: await status("/api/mesures", { method: "POST", body: big }),
      chunked: await status("/api/mesures", { method: "POST", headers: { "transfer-encoding": "chunked" } }),
      "length and chunks": statusOf(
        await raw(https(), [
          `POST / HTTP/1.1\r\nHost: ${site}\r\nConnection: close\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
        ]),
      ),
    }).toEqual({
      host: 421,
      "HTTP/2 authority": 421,
      "no host": 421,
      trace: 405,
      header: 400,
      body: 413,
      chunked: 411,
      "length and chunks": 411,
    });
  });

  test("keeps one address from taking every connection", async () => {
    let gone = 0;
    const sockets = Array.from({ length: 110 }, () => {
      const socket = createConnection(HTTPS, "127.0.0.1");
      return socket.on("error", () => undefined).on("close", () => (gone += 1));
    });
    await until("ten connections refused", async () => gone === 10);
    for (const socket of sockets) socket.destroy();
    const asked = () => Promise.all(Array.from({ length: 20 }, () => ask(https(), "/api/mesures")));
    await until("room for others again", () => asked().catch(() => false as const));
  });

  test("lets pages of its own and declared origins use the API and the socket", async () => {
    const preflight = async (origin: string) => {
      const headers = { origin, "access-control-request-method": "POST" };
      const answer = await ask(https(), "/api/mesures", { method: "OPTIONS", headers });
      return `${answer.status} ${answer.headers["access-control-allow-origin"]}`;
    };
    const own = `https://${site}`;
    expect(
      await Promise.all([PARTNER, "https://evil.test", "null", `${PARTNER}.evil.test`].map(preflight)),
    ).toEqual([`204 ${PARTNER}`, "403 undefined", "403 undefined", "403 undefined"]);
    const origins = [own, PARTNER, "https://evil.test"];
    expect(await Promise.all(origins.map((origin) => socketAnswer({ origin })))).toEqual([
      "open",
      "open",
      "403 origin refused",
    ]);
    expect(await socketAnswer({ origin: own }, "/api/ws")).toBe("403 upgrade refused");
  });

  test("lets programs use the socket: without an Origin, or with any Origin under the key", async () => {
    const key = { "X-API-Key": deployment.secret("backend-api-key") };
    const asked: Claims[] = [{}, { origin: "file://" }, { origin: "file://", headers: key }];
    const wrong = { origin: "file://", headers: { "X-API-Key": "wrong" } };
    expect(await Promise.all([...asked, wrong].map((claims) => socketAnswer(claims)))).toEqual([
      "open",
      "403 origin refused",
      "open",
      expect.stringContaining("origine_refusee"),
    ]);
  });

  // Slow lines take 20 s: the rest waits at the same time.
  describe.concurrent("while lines of clients are slow,", () => {
    test("ends those that say too little", async () => {
      const head = `POST /api/mesures HTTP/1.1\r\nHost: ${site}\r\n`;
      async function* drip() {
        yield head;
        for (;;) {
          await delay(500);
          yield "x";
        }
      }
      const [header, body, silent, handshakeOnly] = await Promise.all([
        raw(https(), drip()),
        raw(https(), [`${head}Content-Length: 1000\r\n\r\nx`]),
        raw(https(), []),
        closed(createConnection(HTTPS, "127.0.0.1")),
      ]);
      expect([...[header, body, silent].map(statusOf), handshakeOnly]).toEqual([408, 408, 408, true]);
    });

    test("takes a batch from a line of 1 kB a second, over HTTP/1.1 and HTTP/2", async () => {
      const readings = Array.from({ length: 400 }, (_, n) => ({ capteur: "gprs", valeur: 20 + n / 100 }));
      const body = JSON.stringify(readings);
      const headers = {
        "x-api-key": deployment.secret("backend-api-key"),
        "content-type": "application/json",
        "content-length": String(body.length),
      };
      const head = Object.entries({ host: site, connection: "close", ...headers });
      async function* slowly(before: string) {
        if (before !== "") yield before;
        for (let start = 0; start < body.length; start += 500) {
          await delay(500);
          yield body.slice(start, start + 500);
        }
      }
      const http1 = `POST /api/mesures HTTP/1.1\r\n${head.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`;
      const [first, second] = await Promise.all([
        raw(https(), slowly(http1)),
        postHttp2(https(), "/api/mesures", headers, slowly("")),
      ]);
      expect([statusOf(first), second]).toEqual([201, 201]);
      expect(body.length).toBeGreaterThan(12_000);
    }, 60_000);

    test("tells the backend the client's address, and believes nobody's word for it", async () => {
      const spoofed = { "x-forwarded-for": "9.9.9.9", forwarded: "for=9.9.9.9", "x-real-ip": "9.9.9.9" };
      await ask(https(), "/api/through-the-edge", { headers: spoofed });
      await python(
        "ingest",
        `import urllib.request as u, urllib.error as e
try: u.urlopen(u.Request("http://api:8000/api/past-the-edge", headers={"Host": "backend", "X-Forwarded-For": "9.9.9.9"}))
except e.HTTPError: pass`,
      );
      // A connection from this machine reaches the edge from its network's gateway.
      const gateway = firstAddress(parsed().networks.edge.ipv4 ?? "");
      expect(await loggedClient("/api/through-the-edge")).toBe(gateway);
      expect(await loggedClient("/api/past-the-edge")).toBe(await inside("ingest", "data"));
    });

    test("logs JSON without query strings, and keeps its metrics inside", async () => {
      await ask(https(), '/api/mesures?secret=in-the-query"\\');
      const line = await until("the request in the log", async () =>
        (await accessLog()).find(({ path }) => path === "/api/mesures"),
      );
      expect(line).toMatchObject({ host: HOST, backend: "api" });
      expect(await docker("logs", deployment.container("edge"))).not.toContain("in-the-query");
      expect((await ask(https(), "/metrics")).body).not.toContain("haproxy_");
      const get = `exec 3<>/dev/tcp/127.0.0.1/8404; printf 'GET /metrics HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3`;
      expect(await docker("exec", deployment.container("edge"), "bash", "-c", get)).toContain(
        "haproxy_process_",
      );
    });

    test("a reading goes over TLS from a password client to the socket and the page", async (context) => {
      const socket = await openSocket({ origin: `https://${site}` });
      const pushed = reading(socket, "overtls");
      const spki = new X509Certificate((await shown(https())).raw).publicKey.export({
        type: "spki",
        format: "der",
      });
      const page =
        missing.browser === undefined
          ? await openPage(`https://${site}/`, {
              more: [
                `--host-resolver-rules=MAP ${HOST} 127.0.0.1`,
                `--ignore-certificate-errors-spki-list=${createHash("sha256").update(spki).digest("base64")}`,
              ],
            })
          : undefined;
      const client = await connect(MQTTS, { ...withPassword("sensor"), tls: tls() });
      expect(await publish(client, "sensor/overtls", "21.5")).toBe("accepted");
      expect((await pushed()).valeur).toBe(21.5);
      await client.endAsync();
      socket.terminate();
      expect(await login(MQTTS, { username: "sensor", password: "wrong", tls: tls() })).toContain(
        "Not authorized",
      );
      if (page === undefined) return context.skip(`no browser: ${missing.browser}`);
      expect(await page.textOf("latest-overtls")).toContain("21");
      expect(page.complaints).toEqual([]);
      await page.close();
    });

    test("up ends with the page and a line that publishes over TLS", async () => {
      const { stdout, stderr } = await deployment.kit("up", "--runner", runner);
      expect(stdout, stderr).toContain(`\n  https://${site}\n  npx exploreiot publish temp 21.5 `);
      expect((await deployment.kit("publish", "temp", "21.5")).code).toBe(0);
      await until("the reading", async () => (await ask(https(), "/api/capteurs")).body.includes('"temp"'));
    });
  });

  test("answers 429 with Retry-After to a client that asks too often, and logs every request once", async () => {
    const script = `import collections, http.client, ssl
edge = http.client.HTTPSConnection("edge", 8443, context=ssl._create_unverified_context())
seen = collections.Counter()
for _ in range(${LIMIT + 5}):
    edge.request("GET", "/api/mesures", headers={"Host": "${HOST}", "User-Agent": "impatient"})
    answer = edge.getresponse(); answer.read()
    seen[f"{answer.status} {answer.getheader('Retry-After')}"] += 1
print(dict(seen))`;
    expect(await python("api", script)).toBe(`{'200 None': ${LIMIT}, '429 60': 5}`);
    expect((await ask(https(), "/api/mesures")).status).toBe(200);
    const ids = await until("the last request in the log", async () => {
      const logged = (await accessLog()).filter(({ ua }) => ua === "impatient");
      return logged.length >= LIMIT + 5 && logged.map(({ id }) => id);
    });
    expect([ids.length, new Set(ids).size]).toEqual([LIMIT + 5, LIMIT + 5]);
  });

  test("hears a client no more that makes ten times the requests that it may, and others as before", async () => {
    const script = `import http.client, ssl
def connected():
    edge = http.client.HTTPSConnection("edge", 8443, context=ssl._create_unverified_context())
    edge.connect()
    return edge
edge = connected()
for _ in range(${10 * LIMIT + 1}):
    edge.request("GET", "/", headers={"Host": "nobody.invalid"})
    answer = edge.getresponse(); answer.read()
print(answer.status)
try: connected()
except OSError: print("refused")`;
    expect((await python("api", script)).split("\n")).toEqual(["421", "refused"]);
    expect((await ask(https(), "/api/mesures")).status).toBe(200);
  });

  test("takes a hundred requests of a client at once, no matter how many come over one connection", async () => {
    const statuses = await unreadHttp2(https(), "/api/capteurs", 120);
    const of = (wanted: number) => statuses.filter((status) => status === wanted).length;
    expect([of(200), of(429)]).toEqual([100, 20]);
    await until("room again", async () => (await ask(https(), "/api/capteurs")).status === 200);
  });

  // docs/decisions/0204-records-in-turn.md
  describe("its one thread", () => {
    const edge = deployment.container("edge");
    const asking = (path: string) => `GET ${path} HTTP/1.1\r\nHost: nobody.invalid\r\n\r\n`;
    const client = async () => {
      const target = { host: await inside("edge", "edge"), port: 8443, protocols: ["http/1.1"] };
      const records = await TlsRecords.open(target);
      onTestFinished(() => void records.socket.destroy());
      return records;
    };
    const changesOfKey = async () => {
      const records = await client();
      const changes = Array.from({ length: 1_500 }, (_, index) => records.keyUpdate(index % 2 === 0));
      return { socket: records.socket, bytes: Buffer.concat([...changes, records.data(asking("/flood"))]) };
    };
    const brokenHello = async () => {
      const socket = createConnection(8443, await inside("edge", "edge"));
      onTestFinished(() => void socket.destroy());
      await once(socket, "connect");
      return { socket, bytes: helloByByte(10_000) };
    };

    test.each([
      ["all changes of a client's key", changesOfKey, "/flood"],
      ["a ClientHello that comes byte by byte", brokenHello, "tls"],
    ])("answers others before it has read %s", async (_, flood, flooded) => {
      const { socket, bytes } = await flood();
      const other = await client();
      const before = (await accessLog()).length;
      // Both have come when it goes on, the flood first.
      await docker("pause", edge);
      try {
        await send(socket, bytes);
        await send(other.socket, other.data(asking("/other")));
      } finally {
        await docker("unpause", edge);
      }
      const logged = await until("both in the log", async () => {
        const lines = (await accessLog()).slice(before).map(({ path, end }) => path ?? end);
        const found = lines.filter((line) => line === flooded || line === "/other");
        return found.length === 2 && found;
      });

      expect(logged).toEqual(["/other", flooded]);
    });

    test("lets a connection of HTTP/2 end after a thousand requests, also where each is taken back at once", async () => {
      const session = await openHttp2(https());
      const ended = once(session, "goaway");
      for (let asked = 0; asked < 1_000; asked += 1) {
        const request = session.request({ ":path": "/", ":authority": "nobody.invalid" });
        request.on("error", () => undefined).close(constants.NGHTTP2_CANCEL);
        // The client keeps to what it may have open at once: it is to have sent that before.
        await once(request, "close");
      }
      // Those that may be on their way are still taken: two hundred, each two numbers above the one before.
      expect((await ended).slice(0, 2)).toEqual([constants.NGHTTP2_NO_ERROR, 999 * 2 + 1 + 200]);
      session.destroy();
    });

    test("ends a connection of HTTP/2 that takes back what it has said for the thousandth time", async () => {
      const session = await openHttp2(https());
      let narrowed = 0;
      const takes = (initialWindowSize: number, then: () => void) =>
        session.settings({ initialWindowSize }, (error) => error === null && then());
      const widen = () => takes(65_535, narrow);
      const narrow = () =>
        takes(1_000, () => {
          narrowed += 1;
          if (narrowed < 1_100) widen();
          else session.destroy(new Error("nobody ends it"));
        });
      narrow();
      const [error] = await once(session, "error");

      expect([narrowed, String(error)]).toEqual([999, expect.stringContaining("error code 11")]);
    });
  });

  describe("with certificates for MQTT clients", () => {
    const pairs = new Map<string, Pair>();
    const device = (name: string, more: Credentials = {}) =>
      connect(MQTTS, { ...more, tls: tls(pairs.get(name)) });

    beforeAll(async () => {
      // The declared users have passwords, so they need the listener that asks for one.
      const listeners = { https: { port: HTTPS }, mqtts: { port: MQTTS }, mqtt: { port: MQTT } };
      deployment.configure({ listeners, tls: { mqttClients: "certificates" } });
      await deployment.up(runner);
      for (const name of ["dev-1", "dev-2", "dev-3"])
        pairs.set(name, await issueDevice(parsed(), deployment.home, name));
    });

    test("a device is who its certificate says, no matter what else it claims", async () => {
      const client = await device("dev-1", { username: "backend", clientId: "dev-2" });
      expect([await publish(client, "sensor/dev-1"), await publish(client, "status/backend")]).toEqual([
        "accepted",
        "Publish error: Not authorized",
      ]);
      await client.endAsync();
      expect(await login(MQTTS, { ...withPassword("sensor"), tls: tls() })).not.toBe("accepted");
    });

    test("a device cannot throw another off by taking its client id", async () => {
      const first = await device("dev-1", { clientId: "dev-1" });
      const second = await device("dev-2", { clientId: "dev-1" });
      expect([await publish(second, "sensor/dev-2"), await publish(first, "sensor/dev-1")]).toEqual([
        "accepted",
        "accepted",
      ]);
      await Promise.all([first.endAsync(), second.endAsync()]);
    });

    test("a device has turns of its own from its first message on, no matter how many strangers connect", async () => {
      const viewer = await connect(MQTT, withPassword("viewer"));
      const client = await device("dev-1");
      const seen: string[] = [];
      viewer.on("message", (topic) => seen.push(topic));
      await viewer.subscribeAsync("sensor/+");
      const crowd = Array.from({ length: 15 }, () => createConnection({ host: "127.0.0.1", port: MQTT }));
      await Promise.all(crowd.map((socket) => once(socket, "connect")));
      const { password = "" } = withPassword("sensor");
      await docker("pause", deployment.container("mosquitto"));
      for (const socket of crowd) socket.write(leavingAtOnce(String(password)));
      client.publish("sensor/dev-1", "1");
      await docker("unpause", deployment.container("mosquitto"));
      await until("all have been served", async () => seen.length === crowd.length + 1);

      expect(seen.indexOf("sensor/dev-1")).toBeLessThan(5);
      await Promise.all([viewer.endAsync(), client.endAsync()]);
    });

    test("the broker grants exactly what is declared, to each identity and for each topic", async () => {
      const address = await inside("mosquitto", "broker");
      const services = ["health", "backend", "sensor", "viewer", "operator"];
      const clients = new Map<string, MqttClient>();
      for (const name of services) clients.set(name, await connect(1883, { ...withPassword(name), address }));
      for (const name of ["dev-1", "dev-2"]) clients.set(name, await device(name));
      const topics = [
        ...["sensor/dev-1", "sensor/dev-2", "sensor/viewer", "sensor/backend", "sensor/other", "sensor/a/b"],
        ...["command/dev-1/set", "command/dev-2/set", "status/backend", "status/dev-1", "other"],
      ];
      const declared = declaredRights(parsed(), [...clients.keys()], topics);
      expect(await grantedRights(clients, topics)).toEqual(declared.filter(hasWriter(declared)));
      expect(declared).toHaveLength(28);
      await Promise.all([...clients.values()].map((client) => client.endAsync()));
    });

    test("a revoked certificate is refused, and the others are not", async () => {
      expect(await login(MQTTS, { tls: tls(pairs.get("dev-3")) })).toBe("accepted");
      await revokeDevice(parsed(), deployment.home, "dev-3");
      await deployment.up(runner);
      const refused = await until("the refusal", async () => {
        const answer = await login(MQTTS, { tls: tls(pairs.get("dev-3")) });
        return answer !== "accepted" && answer;
      });
      expect(refused).toContain("certificate revoked");
      expect(await login(MQTTS, { tls: tls(pairs.get("dev-1")) })).toBe("accepted");
    });

    test("a new certificate is served on both ports while socket and session live on", async () => {
      const before = await inspectAll(["edge", "mosquitto"].map((role) => deployment.container(role)));
      const socket = await openSocket({ origin: `https://${site}` });
      const pushed = reading(socket, "dev-1");
      const client = await device("dev-1");
      const authority = readAuthority(authorityFolder(deployment.home)) as Pair;
      const pair = await makeServerPair("rotated", [HOST], authority);
      const { serialNumber } = new X509Certificate(pair.certificate);
      setCurrentPair(deployment.home, pair);
      await deployment.up(runner);
      for (const server of [https(), mqtts()])
        await until(
          `the new serial on ${server.port}`,
          async () => (await shown(server)).serialNumber === serialNumber,
        );
      expect(currentPair(deployment.home)?.pair).toEqual(pair);
      expect(await publish(client, "sensor/dev-1", "42")).toBe("accepted");
      expect((await pushed()).valeur).toBe(42);
      const after = await inspectAll(["edge", "mosquitto"].map((role) => deployment.container(role)));
      expect(after.map(({ Id }) => Id)).toEqual(before.map(({ Id }) => Id));
      socket.terminate();
      await client.endAsync();
    });
  });
});

const statusOf = (answer: string) => Number(/^HTTP\/1\.[01] (\d{3})/.exec(answer)?.[1]);

const closed = (socket: Socket) =>
  new Promise((resolve) => socket.on("error", () => undefined).once("close", () => resolve(true)));

/** The log of the edge, a line a request; it comes up to 100 ms after the answer. */
async function accessLog(): Promise<readonly Record<string, unknown>[]> {
  const lines = (await docker("logs", deployment.container("edge"))).split("\n");
  return lines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
}

/** The address that the backend's own log has for a path. */
async function loggedClient(path: string): Promise<string> {
  return until(`${path} in the log`, async () => {
    const lines = (await docker("logs", deployment.container("api"))).split("\n");
    const line = lines.find((entry) => entry.includes(`"${path}"`));
    return line !== undefined && (JSON.parse(line) as { client: string }).client;
  });
}

/** A right to read shows only where somebody may write. */
const hasWriter = (rights: readonly string[]) => (right: string) => {
  const [, , topic] = right.split(" ");
  return rights.some((other) => other.endsWith(` writes ${topic}`));
};
