import { chmodSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DeploymentInput } from "../../config/schema.ts";
import type { RunnerName } from "../../runners/record.ts";
import { run } from "../../runners/run.ts";
import { docker, missing, TestDeployment, titled, until } from "../support/e2e.ts";
import { takeImages } from "../support/e2e-images.ts";
import { OperatedServers } from "../support/e2e-operated.ts";
import { PrivateEngine } from "../support/e2e-private-engine.ts";
import { NumberedPublisher } from "../support/e2e-publisher.ts";

/** PostgreSQL and the broker on an engine of another machine, and the deployment on this one's; a wire between the two. */
const runner: RunnerName = missing.compose === undefined ? "compose" : "terraform";
const reason = missing[runner] ?? missing.namespaces;
const MINUTES = 300_000;
const WIRE = "exploreiot-out";
const [HERE, THERE] = ["172.29.237.1", "172.29.237.2"] as const;
const PORTS = { postgres: 5432, mosquitto: 8883 } as const;
const BACKEND = 25441;

const off = { enabled: false } as const;

const engine = new PrivateEngine();
const servers = new OperatedServers((...args) => engine.output(...args), THERE);

const site = (ca: { readonly postgres: string; readonly mosquitto: string }): DeploymentInput => ({
  name: "e2e-apart",
  frontend: off,
  listeners: { backend: { port: BACKEND } },
  postgres: { outside: { host: THERE, tls: { ca: ca.postgres } } },
  mosquitto: {
    outside: { host: THERE, tls: { ca: ca.mosquitto } },
    users: [{ name: "meter", publish: ["sensor/+"] }],
  },
});
const right = { postgres: servers.ca, mosquitto: servers.ca };
const plant = new TestDeployment(site(right));

async function connectMachines(): Promise<void> {
  await run(["ip", "link", "delete", WIRE], { expected: [0, 1] });
  const pid = readFileSync(join(engine.folder, "pid"), "utf8").trim();
  await run(["ip", "link", "add", WIRE, "type", "veth", "peer", "name", "eth0", "netns", pid]);
  await run(["ip", "address", "add", `${HERE}/24`, "dev", WIRE]);
  await run(["ip", "link", "set", WIRE, "up"]);
  for (const words of [
    `address add ${THERE}/24 dev eth0`,
    "link set eth0 up",
    `route add default via ${HERE}`,
  ]) {
    const { code, stderr } = await engine.inside("ip", ...words.split(" "));
    if (code !== 0) throw new Error(stderr);
  }
}

async function operate(): Promise<void> {
  const images = await takeImages(engine, { name: plant.name, frontend: off }, ["postgres", "mosquitto"]);
  const written = await plant.kit("outside", join(servers.folder, "setup"), "--json");
  expect([written.code, written.stderr]).toEqual([0, ""]);
  servers.take(JSON.parse(written.stdout).files);
  // Kept over a kill, and for any user.
  const work = join(servers.folder, "work");
  mkdirSync(work);
  chmodSync(work, 0o777);
  for (const [store, port] of Object.entries(PORTS) as ["postgres" | "mosquitto", number][])
    await servers.serve(store, store, images[store] as string, port, [
      `--volume=${work}:/work`,
      "--tmpfs=/run:mode=1777",
    ]);
  await servers.applySql("postgres");
}

const ask = (sql: string) =>
  engine.output("exec", "postgres", "psql", "-h/work", "-Upostgres", "-dexploreiot", "-Atc", sql);

/** The last lines of a program's log. */
const saidBy = async (role: string) => {
  const { stdout, stderr } = await run(["docker", "logs", "--since=15s", plant.container(role)]);
  return stdout + stderr;
};

const readiness = async () => (await fetch(`http://127.0.0.1:${BACKEND}/readyz`)).status;

describe.skipIf(reason)(
  titled("PostgreSQL and the broker on another engine", reason),
  { timeout: MINUTES },
  () => {
    beforeAll(async () => {
      await plant.clear();
      await engine.start();
      await connectMachines();
      await servers.prepare();
      await operate();
      await plant.up(runner);
    }, MINUTES);
    afterAll(async () => {
      await plant.wipe();
      await engine.remove();
      await run(["ip", "link", "delete", WIRE], { expected: [0, 1] });
      servers.remove();
    }, MINUTES);

    test("take a reading all the way, over TLS, from containers of this one", async () => {
      const { code, stdout } = await plant.kit("follow", "--json");
      const told = JSON.parse(stdout);
      const links = await ask(
        "SELECT DISTINCT ssl, client_addr FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) WHERE datname = 'exploreiot' AND client_addr IS NOT NULL",
      );

      expect([code, told.listener, told.tls, told.failed]).toEqual([0, "outside", true, null]);
      expect(links).toBe(`t|${HERE}`);
      expect((await docker("ps", "--format={{.Names}}")).split("\n")).not.toContain(
        plant.container("postgres"),
      );
      expect((await engine.output("ps", "--format={{.Names}}")).split("\n").sort()).toEqual([
        "mosquitto",
        "postgres",
      ]);
    });

    test.each(["postgres", "mosquitto"] as const)(
      "%s is refused with another CA, and what runs goes on",
      async (store) => {
        plant.configure(site({ ...right, [store]: servers.stranger }));
        const { code, stderr } = await plant.kit("up", "--runner", runner);
        plant.configure(site(right));

        expect(code).toBe(1);
        expect(stderr).toContain(
          `at ${THERE}:${PORTS[store]}: its certificate is from a CA that is not in ${store}.outside.tls.ca`,
        );
        expect(stderr.split("\n").filter((line) => line.includes(`at ${THERE}`))).toHaveLength(1);
        expect((await plant.up(runner)).changed).toBe(false);
      },
    );

    test("lose nothing when PostgreSQL is killed and a stranger answers in its place, whom no program talks to", async () => {
      const options = {
        username: "meter",
        password: plant.secret("mqtt-meter-password"),
        ca: readFileSync(servers.ca),
      };
      const device = await NumberedPublisher.connectAt(
        `mqtts://${THERE}:${PORTS.mosquitto}`,
        options,
        "wire",
      );
      let running = true;
      const publishing = device.publishWhile(() => running, 100);
      const count = async () => Number(await ask("SELECT count(*) FROM readings WHERE sensor = 'wire'"));
      const stored = async (more: number) => {
        const wanted = (await count()) + more;
        await until(`${more} more are stored`, async () => (await count()) >= wanted, 60_000);
      };
      await stored(100);

      servers.certify("postgres", "stranger");
      await engine.output("kill", "--signal=KILL", "postgres");
      await engine.output("start", "postgres");
      await until(
        "both programs refuse the stranger",
        async () => {
          const said = await Promise.all(["api", "ingest"].map(saidBy));
          return (await readiness()) === 503 && said[1]?.includes("SSLCertVerificationError");
        },
        60_000,
      );
      const before = await count();
      // The broker goes on taking readings meanwhile.
      const taken = device.acknowledged.size;
      await until("500 more are acknowledged", async () => device.acknowledged.size > taken + 500, 60_000);
      expect(await count()).toBe(before);

      servers.certify("postgres", "operator");
      await engine.output("kill", "--signal=KILL", "postgres");
      await engine.output("start", "postgres");
      await until("PostgreSQL answers", () =>
        count().then(
          () => true,
          () => false,
        ),
      );
      await stored(500);
      running = false;
      await publishing;
      await device.close();
      const sent = [...device.acknowledged].sort((one, other) => one - other);
      await until("all are stored", async () => (await count()) >= sent.length, 60_000);
      const values = await ask("SELECT value FROM readings WHERE sensor = 'wire' ORDER BY value");

      expect(values.split("\n").map(Number)).toEqual(sent);
      expect(await readiness()).toBe(200);
    });

    test("get no password from ingest while a stranger answers for the broker", async () => {
      const stranger = async (by: "operator" | "stranger") => {
        servers.certify("mosquitto", by);
        await engine.output("kill", "--signal=KILL", "mosquitto");
        await engine.output("start", "mosquitto");
      };
      await stranger("stranger");
      await until(
        "ingest says that the broker is away",
        async () => {
          const state = await docker(
            "inspect",
            "--format={{.State.Health.Status}}",
            plant.container("ingest"),
          );
          return state === "unhealthy";
        },
        60_000,
      );
      // By the broker's own log: each connection ended in the handshake, and nobody is in.
      const log = await run(["docker", "logs", "--since=10s", "mosquitto"], {
        env: { DOCKER_HOST: engine.host },
      });
      expect(`${log.stdout}${log.stderr}`).toMatch(/unknown ca|OpenSSL Error/i);
      expect(`${log.stdout}${log.stderr}`).not.toMatch(/New client connected/);

      await stranger("operator");
      await until(
        "ingest is well again",
        async () => {
          const state = await docker(
            "inspect",
            "--format={{.State.Health.Status}}",
            plant.container("ingest"),
          );
          return state === "healthy";
        },
        60_000,
      );
    });
  },
);
