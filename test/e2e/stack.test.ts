import { chmodSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import WebSocket from "ws";
import type { RunnerName } from "../../runners/record.ts";
import { run } from "../../runners/run.ts";
import { terraformBinary } from "../../runners/terraform/terraform.ts";
import { docker, kit, missing, TestDeployment, titled, until } from "../support/e2e.ts";
import { connect, login, publish, subscribe } from "../support/e2e-broker.ts";
import { secretsIn } from "../support/e2e-canary.ts";
import { comparable } from "../support/e2e-inspect.ts";
import { openPage } from "../support/e2e-page.ts";
import { type Inspected, inspectAll } from "../support/inspected.ts";

const PORTS = { frontend: 23000, backend: 28000, mqtt: 21883 } as const;
const ROLES = ["api", "ingest", "frontend", "mosquitto", "postgres", "redis"];
const JOBS = [
  "migrate",
  "mosquitto-files",
  "postgres-files",
  "redis-files",
  "api-files",
  "ingest-files",
  "migrate-files",
  "probe-files",
];

const deployment = new TestDeployment({
  name: "e2e-stack",
  listeners: {
    frontend: { port: PORTS.frontend },
    backend: { port: PORTS.backend },
    mqtt: { port: PORTS.mqtt },
  },
  mosquitto: {
    users: [
      { name: "sensor", publish: ["sensor/+"] },
      { name: "viewer", subscribe: ["sensor/+"] },
    ],
  },
});

/** Files that tests change, and their ends put back. */
const asBefore = { frontend: {}, listeners: deployment.config.listeners, networks: {} };

const api = `http://127.0.0.1:${PORTS.backend}/api`;
const password = (user: string) => deployment.secret(`mqtt-${user}-password`);
const client = (user: string, port: number = PORTS.mqtt) =>
  connect(port, { username: user, password: password(user) });
const readings = async (sensor: string): Promise<{ valeur: number }[]> =>
  (await fetch(`${api}/mesures?capteur=${sensor}`)).json() as Promise<{ valeur: number }[]>;

async function publishReading(sensor: string, value: number, port?: number): Promise<void> {
  const publisher = await client("sensor", port);
  await publisher.publishAsync(`sensor/${sensor}`, String(value), { qos: 1 });
  await publisher.endAsync();
}

/** What `docker inspect` says of each container, by runner: compared at the end. */
const inspected: Partial<Record<RunnerName, Record<string, unknown>>> = {};

beforeAll(async () => {
  if (missing.docker === undefined) await deployment.clear();
});

for (const runner of ["terraform", "compose"] as const) {
  describe.skipIf(missing[runner])(titled(`the stack, brought up by ${runner}`, missing[runner]), () => {
    beforeAll(() => deployment.up(runner));
    afterAll(() => deployment.remove());

    test("every service is healthy and every job is done", async () => {
      const { code, stdout } = await deployment.kit("status", "--json");
      const { containers } = JSON.parse(stdout) as { containers: { role: string; health: string }[] };
      const health = Object.fromEntries(containers.map(({ role, health }) => [role, health]));
      expect(health).toEqual({
        ...Object.fromEntries(ROLES.map((role) => [role, "healthy"])),
        ...Object.fromEntries(JOBS.map((role) => [role, "done"])),
      });
      expect(code).toBe(0);
    });

    test("the broker lets in the right password only", async () => {
      expect({
        right: await login(PORTS.mqtt, { username: "sensor", password: password("sensor") }),
        wrong: await login(PORTS.mqtt, { username: "sensor", password: "wrong" }),
        another: await login(PORTS.mqtt, { username: "viewer", password: password("sensor") }),
        none: await login(PORTS.mqtt, { username: "sensor" }),
        anonymous: await login(PORTS.mqtt, {}),
      }).toEqual({
        right: "accepted",
        wrong: "Connection refused: Not authorized",
        another: "Connection refused: Not authorized",
        none: "Connection refused: Not authorized",
        anonymous: "Connection refused: Not authorized",
      });
    });

    test("each user may publish what is declared and nothing else", async () => {
      const [sensor, viewer] = await Promise.all([client("sensor"), client("viewer")]);
      expect({
        sensor: await publish(sensor, "sensor/acl"),
        sensorDeeper: await publish(sensor, "sensor/acl/deep"),
        sensorStatus: await publish(sensor, "status/backend"),
        viewer: await publish(viewer, "sensor/acl"),
      }).toEqual({
        sensor: "accepted",
        sensorDeeper: "Publish error: Not authorized",
        sensorStatus: "Publish error: Not authorized",
        viewer: "Publish error: Not authorized",
      });
      await Promise.all([sensor.endAsync(), viewer.endAsync()]);
    });

    test("each user receives what is declared and nothing else", async () => {
      const [sensor, viewer] = await Promise.all([client("sensor"), client("viewer")]);
      const received: string[] = [];
      sensor.on("message", (topic) => received.push(`sensor got ${topic}`));
      viewer.on("message", (topic) => received.push(`viewer got ${topic}`));
      const refused = "Subscribe error: Not authorized";
      expect([
        await subscribe(sensor, "sensor/one"),
        await subscribe(viewer, "#"),
        await subscribe(viewer, "sensor/+"),
      ]).toEqual([refused, refused, "accepted"]);
      await publish(sensor, "sensor/one");
      await publish(sensor, "sensor/two");
      await until("the second message", async () => received.some((line) => line.endsWith("sensor/two")));
      expect(received).toEqual(["viewer got sensor/one", "viewer got sensor/two"]);
      await Promise.all([sensor.endAsync(), viewer.endAsync()]);
    });

    test("a reading goes from the broker to the database, the API, the socket and the page", async (context) => {
      const pushed: { readonly capteur: string }[] = [];
      const socket = new WebSocket(`ws://127.0.0.1:${PORTS.backend}/ws`);
      socket.on("message", (data) => pushed.push(JSON.parse(String(data))));
      await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
      const page =
        missing.browser === undefined ? await openPage(`http://localhost:${PORTS.frontend}/`) : undefined;

      await publishReading("story", 21.5);

      const listed = await until("the reading in the list", async () => (await readings("story"))[0]);
      expect(listed).toEqual({
        capteur: "story",
        valeur: 21.5,
        horodatage: expect.stringMatching(/^20\d\d-.*Z$/),
      });
      expect(
        await until("the reading on the socket", async () =>
          pushed.find(({ capteur }) => capteur === "story"),
        ),
      ).toEqual(listed);
      const query = "SELECT count(*) FROM pg_stat_user_tables WHERE n_live_tup > 0 OR n_tup_ins > 0";
      expect(Number(await psql(query))).toBeGreaterThan(0);
      socket.close();
      if (page === undefined) return context.skip(`no browser: ${missing.browser}`);
      expect(await page.textOf("latest-story")).toContain("21");
      expect(page.complaints).toEqual([]);
      await page.close();
      const later = await openPage(`http://localhost:${PORTS.frontend}/`);
      expect(await later.textOf("latest-story")).toContain("21");
      await later.close();
    });

    test("the databases cannot be reached from the host's addresses", async () => {
      const addresses = Object.values(networkInterfaces()).flatMap((found) => found ?? []);
      const own = addresses
        .filter(({ address }) => !address.startsWith("fe80"))
        .map(({ address }) => address);
      const open = await Promise.all(
        own.flatMap((address) =>
          [5432, 6379].map(async (port) =>
            (await reachable(address, port)) ? `${address}:${port}` : undefined,
          ),
        ),
      );
      expect(open.filter(Boolean)).toEqual([]);
      expect(
        await docker(
          "ps",
          "--filter",
          `label=exploreiot.deployment=${deployment.name}`,
          "--format",
          "{{.Ports}}",
        ),
      ).not.toMatch(/->(5432|6379)/);
    });

    test("the frontend reaches neither the databases nor the broker, by name or by address", async () => {
      const [postgres, redis, broker] = await inspectAll(
        ["postgres", "redis", "mosquitto"].map((role) => deployment.container(role)),
      );
      const targets = [
        ["postgres", 5432],
        ["redis", 6379],
        ["mosquitto", 1883],
        [addressOf(postgres), 5432],
        [addressOf(redis), 6379],
        [addressOf(broker), 1883],
      ] as const;
      const reached = await Promise.all(targets.map(([host, port]) => reachableFrom("frontend", host, port)));
      expect(reached).toEqual([false, false, false, false, false, false]);
      // A busy machine may take longer than one probe allows for a connection, so only this one is asked again.
      await until("the frontend reaches the backend", () => reachableFrom("frontend", "backend", 8000));
    });

    test("no secret is in the synthesized files, the plan, the state, inspect, image history or logs", async () => {
      expect(await secretsIn(deployment, runner)).toEqual([]);
    });

    test("nothing that it keeps is open to others, and doctor says so", async () => {
      const { stdout: open } = await run(["find", deployment.home, "-perm", "/077", "-not", "-type", "l"]);
      const { stdout: said } = await deployment.kit("doctor", "--json");
      const { findings } = JSON.parse(said) as { findings: { id: string; state: string }[] };

      expect(open).toBe("");
      expect(findings.find(({ id }) => id === "files.modes")?.state).toBe("ok");
    });

    test("every container is confined as declared", async () => {
      const services = await inspectAll(ROLES.map((role) => deployment.container(role)));
      for (const { Name, Config, HostConfig } of services) {
        expect({
          Name,
          user: /^[1-9]\d*:[1-9]\d*$/.test(Config.User),
          readOnly: HostConfig.ReadonlyRootfs,
          init: HostConfig.Init,
          drop: HostConfig.CapDrop,
          add: HostConfig.CapAdd ?? [],
          security: HostConfig.SecurityOpt,
          privileged: HostConfig.Privileged,
          swap: HostConfig.MemorySwap === HostConfig.Memory && HostConfig.Memory > 0,
          cpus: HostConfig.NanoCpus > 0,
          files: HostConfig.Ulimits,
          log: HostConfig.LogConfig,
          restart: HostConfig.RestartPolicy.Name,
          health: Config.Healthcheck.Test.length > 1,
        }).toEqual({
          Name,
          user: true,
          readOnly: true,
          init: true,
          drop: ["ALL"],
          add: [],
          security: ["no-new-privileges:true"],
          privileged: false,
          swap: true,
          cpus: true,
          files: [{ Name: "nofile", Soft: 16_384, Hard: 16_384 }],
          log: { Type: "json-file", Config: { "max-file": "3", "max-size": "10m" } },
          restart: "unless-stopped",
          health: true,
        });
      }
      const capabilities = await docker(
        "exec",
        deployment.container("postgres"),
        "grep",
        "-E",
        "^(CapBnd|NoNewPrivs)",
        "/proc/1/status",
      );
      expect(capabilities.split(/\s+/)).toEqual(["CapBnd:", "0000000000000000", "NoNewPrivs:", "1"]);
      inspected[runner] = comparable(
        await inspectAll([...ROLES, ...JOBS].map((role) => deployment.container(role))),
      );
    });

    test("only the three listeners are published", async () => {
      const states = await inspectAll([...ROLES, ...JOBS].map((role) => deployment.container(role)));
      const published = states.flatMap(({ HostConfig }) =>
        Object.entries(HostConfig.PortBindings ?? {}).flatMap(([inside, bindings]) =>
          bindings.map(({ HostIp, HostPort }) => `${HostIp}:${HostPort}->${inside}`),
        ),
      );
      expect(published.sort()).toEqual([
        `127.0.0.1:${PORTS.mqtt}->1883/tcp`,
        `127.0.0.1:${PORTS.frontend}->3000/tcp`,
        `127.0.0.1:${PORTS.backend}->8000/tcp`,
      ]);
    });

    test("a second up has nothing to do", async () => {
      expect(await deployment.up(runner)).toEqual({ changed: false, log: "" });
    });

    if (runner === "terraform")
      test("a second plan is empty, and satisfies the policies like what was synthesized", async () => {
        const plan = join(deployment.stack, "plan.tfplan");
        const shown = join(deployment.stack, "plan.json");
        onTestFinished(() => {
          for (const file of [plan, shown]) rmSync(file, { force: true });
        });
        const at = `-chdir=${deployment.stack}`;
        const planned = await run(
          [terraformBinary(), at, "plan", "-detailed-exitcode", "-input=false", `-out=${plan}`],
          { expected: [0, 1, 2] },
        );
        writeFileSync(shown, (await run([terraformBinary(), at, "show", "-json", plan])).stdout);

        expect(planned.code).toBe(0);
        const { code, stdout } = await kit(["policy", "check", shown]);
        expect(code, stdout).toBe(0);
        expect(stdout).toMatch(/^no findings: \d+ rules looked at something and hold$/m);
      });

    test("up repairs every container that has drifted, says how each has, and leaves the others alone", async () => {
      const redis = deployment.container("redis");
      const before = await ids();
      await docker("stop", deployment.container("api"));
      await docker("rm", "--force", deployment.container("ingest"));
      await docker("pause", deployment.container("mosquitto"));
      await impostor(deployment.container("frontend"));
      await docker("network", "disconnect", `exploreiot-${deployment.name}-data`, redis);

      const { changed, log } = await deployment.up(runner);
      expect(changed).toBe(true);
      for (const [role, said] of [
        ["api", "is exited"],
        ["mosquitto", "is paused"],
        ["frontend", "was replaced by another container"],
        ["redis", "is on no network"],
      ] as const)
        expect(log).toContain(`removing ${deployment.container(role)}: it ${said}`);
      expect(changedRoles(before, await ids())).toEqual(["api", "frontend", "ingest", "mosquitto", "redis"]);
      expect((await deployment.kit("status")).code).toBe(0);
      expect((await deployment.up(runner)).changed).toBe(false);
    });

    describe("up follows a change:", () => {
      // Nobody but these tests has it: the tags of the kit's images are shared with every deployment on this engine.
      const tag = "exploreiot-e2e/frontend:moved";
      const imageOf = () => docker("inspect", "--format", "{{.Image}}", deployment.container("frontend"));
      const secretFile = join(deployment.home, "secrets", "redis-health-password");
      let [original, secret] = ["", ""];
      afterAll(() => docker("rmi", tag));

      test("a tag that names another image now", async () => {
        original = await imageOf();
        await docker("tag", original, tag);
        deployment.configure({ frontend: { image: tag } });
        await deployment.up(runner);
        const holder = await docker("create", tag);
        await docker("commit", "--change", "LABEL moved=yes", holder, tag);
        await docker("rm", holder);
        expect((await deployment.up(runner)).log).toContain(`it runs another image than ${tag}`);
        expect(await imageOf()).not.toBe(original);
      });

      test("another port, and nothing but the container that has it", async () => {
        const before = await ids();
        deployment.configure({
          listeners: { ...deployment.config.listeners, mqtt: { port: PORTS.mqtt + 1 } },
        });
        await deployment.up(runner);
        expect(changedRoles(before, await ids())).toEqual(["mosquitto"]);
        expect(await login(PORTS.mqtt + 1, { username: "sensor", password: password("sensor") })).toBe(
          "accepted",
        );
      });

      test("another secret in a file, and exactly the containers that read it", async () => {
        const before = await ids();
        secret = readFileSync(secretFile, "utf8");
        rewrite(secretFile, "changed-by-hand");
        await deployment.up(runner);
        expect(changedRoles(before, await ids())).toEqual(["redis", "redis-files"]);
      });

      test("another network, with the containers on it and no others", async () => {
        const before = await ids();
        deployment.configure({ networks: { edge: { ipv4: "10.213.77.0/28" } } });
        await deployment.up(runner);
        const on = (state: Inspected) =>
          state.NetworkSettings.Networks[`exploreiot-${deployment.name}-edge`]?.IPAddress;
        const states = await inspectAll(["api", "frontend"].map((role) => deployment.container(role)));
        expect(states.map(on)).toEqual([
          expect.stringMatching(/^10\.213\.77\./),
          expect.stringMatching(/^10\.213\.77\./),
        ]);
        // Terraform makes them again, compose connects them to the new network.
        const others = changedRoles(before, await ids()).filter(
          (role) => role !== "api" && role !== "frontend",
        );
        expect(others).toEqual([]);
      });

      test("all of them back, after a down that keeps the readings", async () => {
        await publishReading("kept", 7, PORTS.mqtt + 1);
        await until("the reading", async () => (await readings("kept")).length === 1);
        expect((await deployment.kit("down")).code).toBe(0);
        expect(
          await docker(
            ...["ps", "--all", "--quiet"],
            ...["--filter", `label=exploreiot.deployment=${deployment.name}`],
          ),
        ).toBe("");
        deployment.configure(asBefore);
        rewrite(secretFile, secret);
        await deployment.up(runner);
        expect((await readings("kept")).map(({ valeur }) => valeur)).toEqual([7]);
        expect(await imageOf()).toBe(original);
        expect(await login(PORTS.mqtt, { username: "sensor", password: password("sensor") })).toBe(
          "accepted",
        );
      });
    });
  });
}

describe.skipIf(missing.terraform ?? missing.compose)(
  titled("both runners", missing.terraform ?? missing.compose),
  () => {
    test("make containers that docker inspect cannot tell apart", () => {
      expect(Object.keys(inspected)).toEqual(["terraform", "compose"]);
      expect(inspected.compose).toEqual(inspected.terraform);
    });
  },
);

afterAll(() => deployment.wipe());

const psql = (query: string) =>
  docker(
    "exec",
    deployment.container("postgres"),
    "psql",
    "-h",
    "/run/postgresql",
    "-U",
    "postgres",
    "-d",
    "exploreiot",
    "-qtAc",
    query,
  );

const addressOf = (state: Inspected | undefined): string =>
  Object.values(state?.NetworkSettings.Networks ?? {})[0]?.IPAddress ?? "no address";

function reachable(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host, port, timeout: 1000 });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket
      .once("connect", () => end(true))
      .once("error", () => end(false))
      .once("timeout", () => end(false));
  });
}

async function reachableFrom(role: string, host: string, port: number): Promise<boolean> {
  const argv = [
    "docker",
    "exec",
    deployment.container(role),
    "timeout",
    "2",
    "bash",
    "-c",
    `</dev/tcp/${host}/${port}`,
  ] as const;
  return (await run(argv, { expected: [0, 1, 124] })).code === 0;
}

async function impostor(name: string): Promise<void> {
  const image = await docker("inspect", "--format", "{{.Image}}", name);
  await docker("rm", "--force", name);
  await docker("run", "--detach", "--name", name, image, "sleep", "600");
}

function rewrite(file: string, content: string): void {
  chmodSync(file, 0o600);
  writeFileSync(file, content);
  chmodSync(file, 0o400);
}

async function ids(): Promise<Record<string, string>> {
  const states = await inspectAll([...ROLES, ...JOBS].map((role) => deployment.container(role)));
  return Object.fromEntries(states.map(({ Id, Config }) => [Config.Labels["exploreiot.role"], Id]));
}

const changedRoles = (before: Record<string, string>, after: Record<string, string>) =>
  Object.keys(after)
    .filter((role) => before[role] !== after[role])
    .sort();
