import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import WebSocket from "ws";
import { authorityFolder } from "../../pki/folder.ts";
import { docker, missing, TestDeployment, titled, until } from "../support/e2e.ts";
import { connect, publish } from "../support/e2e-broker.ts";
import { dashboardQueries, impatient, Prometheus } from "../support/e2e-prometheus.ts";
import { ask } from "../support/e2e-tls.ts";
import { nodeRed, observability } from "../support/example.ts";
import { inspectAll } from "../support/inspected.ts";

interface Reading {
  readonly capteur: string;
  readonly valeur: number;
}

/** The newest readings, sensor and value alone. */
const readings = (body: string) =>
  (JSON.parse(body) as readonly Reading[]).map(({ capteur, valeur }) => `${capteur} ${valeur}`);

const example = nodeRed();
const flow = example.services?.["node-red"];
// Grafana is in no package index: the official image alone has it.
const { grafana: _, prometheus: asking, ...exporters } = observability().services ?? {};

/** Whether a container reaches each of these, by a program that its image has. */
async function reached(container: string, ...places: readonly string[]): Promise<readonly string[]> {
  const script = `
    const net = require("node:net");
    const ask = (place) => new Promise((done) => {
      const [host, port] = place.split(":");
      const socket = net.connect(Number(port), host);
      const end = (open) => { socket.destroy(); done(open ? [place] : []); };
      socket.setTimeout(2000, () => end(false)).on("connect", () => end(true)).on("error", () => end(false));
    });
    Promise.all(process.argv.slice(1).map(ask)).then((all) => console.log(JSON.stringify(all.flat())));`;
  return JSON.parse(await docker("exec", container, "node", "-e", script, ...places));
}

describe.skipIf(missing.compose)(titled("the example with Node-RED, by compose", missing.compose), () => {
  const plant = new TestDeployment({
    ...example,
    name: "e2e-flows",
    listeners: { frontend: { port: 23200 }, backend: { port: 28200 }, mqtt: { port: 21884 } },
    services: { "node-red": { ...flow, listener: { port: 21880 } } },
  });
  beforeAll(async () => {
    await plant.clear();
    await plant.up("compose");
  });
  afterAll(() => plant.wipe());

  test("takes a reading from the broker and writes back a mean, which is stored and shown", async () => {
    const oven = await connect(21884, { username: "oven", password: plant.secret("mqtt-oven-password") });
    expect(await publish(oven, "sensor/oven", "10")).toBe("accepted");
    expect(await publish(oven, "sensor/oven", "20")).toBe("accepted");
    await oven.endAsync();

    const stored = await until("the mean of both", async () => {
      const answer = await fetch("http://127.0.0.1:28200/api/mesures?limite=4");
      const found = readings(await answer.text());
      return found.includes("oven-mean 15") && found.toSorted();
    });
    expect(stored).toEqual(["oven 10", "oven 20", "oven-mean 10", "oven-mean 15"]);
    expect(await (await fetch("http://127.0.0.1:21880/flows/oven")).json()).toEqual({
      last: [10, 20],
      mean: 15,
    });
  });

  test("reaches the broker, and no store", async () => {
    const found = await reached(
      plant.container("node-red"),
      ...["mosquitto:1883", "postgres:5432", "redis:6379"],
    );
    expect(found).toEqual(["mosquitto:1883"]);
  });

  test("is in the status, and a second up changes nothing", async () => {
    const { code, stdout } = await plant.kit("status", "--json");
    const { containers } = JSON.parse(stdout) as { containers: readonly Record<string, unknown>[] };
    expect([code, containers.find(({ role }) => role === "node-red")]).toEqual([
      0,
      expect.objectContaining({ state: "running", health: "healthy" }),
    ]);
    expect((await plant.up("compose")).changed).toBe(false);
  });
});

const KEEPER = `
import http.server, os
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(f"{os.environ['DATABASE']} {self.path} {self.headers['X-Forwarded-Proto']}".encode())
http.server.HTTPServer(("0.0.0.0", 9000), Handler).serve_forever()
`;

/** Says to Redis what a client may, and what it may not, and prints the answers. */
const SEED = `
import os, socket
password = open("/run/exploreiot/REDIS_PASSWORD").read()
connection = socket.create_connection(("redis", 6379), 5)
answers = connection.makefile("r")
for words in (["AUTH", "seed", password], ["SET", "seed:a", "1"], ["SET", "exploreiot:a", "1"], ["FLUSHALL"]):
    connection.sendall((f"*{len(words)}\\r\\n" + "".join(f"\${len(w)}\\r\\n{w}\\r\\n" for w in words)).encode())
    print(words[0], words[1][:8] if words[0] == "SET" else "", answers.readline().split(" ")[0].strip(), flush=True)
`;

const PORT = 24643;
const runner = missing.terraform === undefined ? "terraform" : "compose";

describe.skipIf(missing[runner])(
  titled(`services of the user's own in production, by ${runner}`, missing[runner]),
  () => {
    const folder = mkdtempSync(join(tmpdir(), "exploreiot-own-"));
    const build = { context: folder, args: { BASE: "{exploreiot/python}" } };
    const allowed = { reason: "its image writes next to its programs", expires: "2099-12-31" };
    const plant = new TestDeployment({
      name: "e2e-own",
      environment: "production",
      bind: "lan",
      hosts: ["localhost"],
      listeners: { https: { port: PORT }, mqtts: { port: 24683 } },
      mosquitto: { users: [{ name: "oven", publish: ["sensor/oven"] }] },
      services: {
        "node-red": {
          ...(({ listener: _, ...rest }) => rest)(flow ?? {}),
          routes: [{ path: "/flows", upgrades: ["/flows/socket"] }],
        },
        keeper: {
          build,
          command: ["python3", "/run/exploreiot/keeper.py"],
          files: { "keeper.py": { text: KEEPER.replaceAll("{", "{{") } },
          environment: { DATABASE: "{postgres.database}" },
          secrets: { DATABASE_PASSWORD: { value: "{postgres.password}" } },
          port: 9000,
          health: { path: "/health" },
          database: "own",
          routes: [{ host: "keeper.localhost", upgrades: ["/socket"] }],
          listener: { port: 24644, tls: true },
          after: ["seed"],
        },
        seed: {
          build,
          job: true,
          command: ["python3", "/run/exploreiot/seed.py"],
          files: { "seed.py": { from: join(folder, "seed.py") } },
          secrets: {
            REDIS_PASSWORD: { value: "{redis.password}" },
            DATABASE_PASSWORD: { value: "{postgres.password}" },
          },
          redis: {},
          database: "read",
        },
        ...exporters,
        prometheus: {
          ...(asking ?? {}),
          files: { ...asking?.files, "prometheus.yml": { text: impatient() } },
        },
        loose: {
          build,
          user: "0:0",
          command: ["python3", "-m", "http.server", "9100", "--directory", "/run/exploreiot"],
          files: { "index.html": { text: "loose" } },
          port: 9100,
          health: { path: "/" },
          networks: ["broker"],
          listener: { port: 24645, tls: true, protocol: "tcp" },
          allow: { root: allowed, writableRoot: allowed },
        },
      },
    });
    let ca: string;
    const at = (host: string, port = PORT) => ({ host, port, ca });
    const openSocket = async (host: string, path: string, origin: string) => {
      const options = { ca, servername: host, headers: { host: `${host}:${PORT}` }, origin };
      const socket = new WebSocket(`wss://127.0.0.1:${PORT}${path}`, options);
      await once(socket, "open");
      return socket;
    };

    beforeAll(async () => {
      writeFileSync(join(folder, "Dockerfile"), "ARG BASE\nFROM ${BASE}\nUSER 10003:10003\n");
      writeFileSync(join(folder, "seed.py"), SEED);
      await plant.clear();
      await plant.up(runner);
      ca = readFileSync(join(authorityFolder(plant.home), "ca.crt"), "utf8");
    });
    afterAll(async () => {
      await plant.forget();
      rmSync(folder, { recursive: true, force: true });
    });

    test("a route leads a path to one of them, a host and a port lead to another, and nothing else does", async () => {
      const answers = await Promise.all([
        ask(at("localhost"), "/flows/health"),
        ask(at("localhost"), "/flowsier"),
        ask(at("keeper.localhost"), "/flows/health"),
        ask(at("localhost", 24644), "/api/healthz"),
        ask(at("localhost"), "/flows/health", { headers: { host: "other.localhost" } }),
      ]);
      expect(answers.map(({ status, body }) => `${status} ${status === 404 ? "" : body}`)).toEqual([
        "200 ok",
        "404 ",
        "200 keeper /flows/health https",
        "200 keeper /api/healthz https",
        "421 unknown host",
      ]);
    });

    test("a port of its own passes on what comes inside TLS, where the protocol is tcp", async () => {
      const loose = await ask(at("localhost", 24645), "/", { headers: { host: "other.localhost" } });

      expect([loose.status, loose.body]).toEqual([200, "loose"]);
    });

    test("a socket is opened where a route says so, by pages of the same origin alone", async () => {
      const upgrade = (host: string, path: string, origin: string) =>
        openSocket(host, path, origin).then(
          (socket) => {
            socket.terminate();
            return "open";
          },
          ({ message }: Error) => message.replace("Unexpected server response: ", ""),
        );
      const page = `https://localhost:${PORT}`;
      const keeper = `https://keeper.localhost:${PORT}`;
      expect([
        await upgrade("localhost", "/flows/socket", page),
        await upgrade("localhost", "/flows/socket", "https://evil.test"),
        await upgrade("localhost", "/flows/oven", page),
        await upgrade("keeper.localhost", "/socket", keeper),
        await upgrade("keeper.localhost", "/socket", page),
        await upgrade("keeper.localhost", "/ws", keeper),
        await upgrade("localhost", "/socket", page),
      ]).toEqual(["open", "403", "403", "200", "403", "403", "403"]);
    });

    test("a reading goes from the sensor through the flow to the API, asked for from a foreign namespace", async () => {
      const oven = await connect(24683, {
        username: "oven",
        password: plant.secret("mqtt-oven-password"),
        tls: { ca, servername: "localhost" },
      });
      const socket = await openSocket("localhost", "/flows/socket", `https://localhost:${PORT}`);
      const told = once(socket, "message");
      expect(await publish(oven, "sensor/oven", "42")).toBe("accepted");
      await oven.endAsync();
      expect(String((await told)[0])).toBe("42");
      socket.terminate();
      const gateway = await docker(
        "network",
        "inspect",
        "bridge",
        "-f",
        "{{(index .IPAM.Config 0).Gateway}}",
      );
      const [image] = (await inspectAll([plant.container("keeper")])).map(({ Config }) => Config.Image);
      const script = `
import socket, ssl, sys
context = ssl.create_default_context(cadata=sys.argv[1])
with context.wrap_socket(socket.create_connection((sys.argv[2], ${PORT}), 5), server_hostname="localhost") as tls:
    tls.sendall(f"GET {sys.argv[3]} HTTP/1.1\\r\\nHost: localhost:${PORT}\\r\\nConnection: close\\r\\n\\r\\n".encode())
    print(b"".join(iter(lambda: tls.recv(4096), b"")).decode().partition("\\r\\n\\r\\n")[2])
`;
      const asked = (path: string) =>
        docker("run", "--rm", image ?? "", "python3", "-c", script, ca, gateway || "172.17.0.1", path);
      await until("the reading that was written back", async () =>
        (await asked("/api/mesures?limite=2")).includes('"oven-mean","valeur":42.0'),
      );
      expect(JSON.parse(await asked("/flows/oven"))).toEqual({ last: [42], mean: 42 });
    });

    test("each reaches what it joined, and nothing outside of the deployment", async () => {
      const places = ["mosquitto:1883", "backend:8000", "1.1.1.1:443", "postgres:5432", "redis:6379"];
      expect(await reached(plant.container("node-red"), ...places)).toEqual([
        "mosquitto:1883",
        "backend:8000",
      ]);
    });

    const prometheus = new Prometheus(plant.container("prometheus"), async () => {
      const [keeper] = await inspectAll([plant.container("keeper")]);
      return keeper?.Config.Image ?? "";
    });

    test("Prometheus scrapes what the services measure, and nobody outside does", async () => {
      const up = await until(
        "an answer of every target",
        async () => {
          const states = await prometheus.targets();
          return states.every((state) => state.endsWith(" up")) && states.toSorted();
        },
        60_000,
      );
      expect(up).toEqual([
        "backend:9100 up",
        "broker-exporter:9641 up",
        "edge:8404 up",
        "edge:8443 up",
        "ingest:8000 up",
        "localhost:9090 up",
        "machine-exporter:9100 up",
        "mosquitto:8883 up",
        "postgres-exporter:9187 up",
        "readings-exporter:9237 up",
        "redis-exporter:9121 up",
      ]);
      expect((await ask(at("localhost"), "/metrics")).status).toBe(404);
    });

    test("a rule rings for a rejected message and for a backup that nobody made, until one is checked", async () => {
      const oven = await connect(24683, {
        username: "oven",
        password: plant.secret("mqtt-oven-password"),
        tls: { ca, servername: "localhost" },
      });
      expect(await publish(oven, "sensor/oven", "no number")).toBe("accepted");
      await oven.endAsync();
      const rings = async (...names: readonly string[]) => {
        const alerts = await prometheus.alerts();
        return names.every((name) => alerts.includes(name));
      };
      await until("both alerts", () => rings("BackupOld", "ReadingsRejected"), 60_000);

      const [, script = ""] =
        /sh -c \\\n {2}'(.*)'/.exec(readFileSync("docs/observability.md", "utf8")) ?? [];
      await docker("exec", plant.container("machine-exporter"), "sh", "-c", script);
      await until("no alert of a backup", async () => !(await rings("BackupOld")), 60_000);
      expect(await rings("ReadingsRejected")).toBe(true);
    });

    test("every panel of the dashboard has something to draw", async () => {
      const asked = dashboardQueries();
      const found = await prometheus.query(...asked.map(([, query]) => query));
      expect(asked.filter((_, index) => found[index]?.length === 0)).toEqual([]);
    });

    test("each rule rings in the tests of the rules, by the promtool of the image", async () => {
      expect(await prometheus.testRules()).toMatch(/SUCCESS\s*$/);
    });

    test("has a database of its own, or reads that of the application, and neither goes further", async () => {
      const [postgres] = await inspectAll([plant.container("postgres")]);
      const address = postgres?.NetworkSettings.Networks["exploreiot-e2e-own-data"]?.IPAddress ?? "";
      const query = async (program: string, database: string, sql: string) => {
        const password = plant.secret(`role-${program}-postgres-password`);
        const url = `postgresql://exploreiot_${program.replaceAll("-", "_")}:${password}@${address}/${database}`;
        return docker("exec", plant.container("postgres"), "psql", url, "-qtAc", sql).catch((error: Error) =>
          (/(?:ERROR|FATAL): .*/.exec(error.message)?.[0] ?? error.message).replaceAll(/"[\d.]+"/g, '"…"'),
        );
      };
      expect([
        await query("keeper", "keeper", "CREATE TABLE kept (a int); SELECT count(*) FROM kept"),
        await query("keeper", "exploreiot", "SELECT 1"),
        await query("seed", "exploreiot", "SELECT count(*) > 0 FROM readings"),
        await query("seed", "exploreiot", "DELETE FROM readings"),
        await query("seed", "keeper", "SELECT 1"),
        await query(
          "postgres-exporter",
          "exploreiot",
          "SELECT count(*) > 0 FROM pg_stat_activity WHERE usename = 'exploreiot_api' AND query NOT LIKE '<insufficient%'",
        ),
        await query("postgres-exporter", "exploreiot", "SELECT count(*) FROM readings"),
      ]).toEqual([
        "0",
        expect.stringMatching(/no pg_hba.conf entry for host "…", user "exploreiot_keeper"/),
        "t",
        "ERROR:  permission denied for table readings",
        expect.stringMatching(/no pg_hba.conf entry for host "…", user "exploreiot_seed"/),
        "t",
        "ERROR:  permission denied for table readings",
      ]);
    });

    test("a job ran once, before what waits for it, with the keys of its own prefix", async () => {
      const [seed, keeper] = await inspectAll([plant.container("seed"), plant.container("keeper")]);
      expect([seed?.State.Running, seed?.State.ExitCode]).toEqual([false, 0]);
      expect(Date.parse(seed?.State.FinishedAt ?? "")).toBeLessThan(
        Date.parse(keeper?.State.StartedAt ?? ""),
      );
      expect((await docker("logs", plant.container("seed"))).split("\n")).toEqual([
        "AUTH  +OK",
        "SET seed:a +OK",
        "SET explorei -NOPERM",
        "FLUSHALL  -NOPERM",
      ]);
    });

    test("who measures Redis reads INFO, and no key", async () => {
      const asked = async (...words: readonly string[]) =>
        docker(
          ...["exec", "-e", `REDISCLI_AUTH=${plant.secret("role-redis-exporter-redis-password")}`],
          ...[plant.container("redis"), "valkey-cli", "--user", "redis-exporter", ...words],
        );
      expect(await asked("INFO", "server")).toContain("valkey_version:");
      expect([await asked("GET", "seed:a"), await asked("CONFIG", "GET", "*"), await asked("PING")]).toEqual([
        "NOPERM User redis-exporter has no permissions to run the 'get' command",
        "NOPERM User redis-exporter has no permissions to run the 'config|get' command",
        "NOPERM User redis-exporter has no permissions to run the 'ping' command",
      ]);
    });

    test("what an image cannot do without is as asked, and stands in the JSON as a waiver with its reason", async () => {
      const [loose, keeper] = await inspectAll([plant.container("loose"), plant.container("keeper")]);
      expect([loose, keeper].map((state) => [state?.HostConfig.ReadonlyRootfs, state?.Config.User])).toEqual([
        [false, "0:0"],
        [true, "10003:10003"],
      ]);
      const { resource } = JSON.parse(readFileSync(join(plant.stack, "cdk.tf.json"), "utf8")) as {
        resource: { docker_container: Readonly<Record<string, { "//": { waivers?: unknown } }>> };
      };
      const [container] = Object.entries(resource.docker_container)
        .filter(([id]) => id.startsWith("Service-loose_Service"))
        .map(([, block]) => block);
      expect(container?.["//"].waivers).toEqual([
        { rule: "CTR-004", ...allowed },
        { rule: "CTR-006", ...allowed },
      ]);
    });
  },
);
