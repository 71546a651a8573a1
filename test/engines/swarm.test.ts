import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { projectRoot } from "../../core/home.ts";
import { type Parity, parityOutput } from "../../render/parity/report.ts";
import { type RunResult, run } from "../../runners/run.ts";
import { kit, missing, TestDeployment, titled } from "../support/e2e.ts";
import { PrivateEngine } from "../support/e2e-private-engine.ts";
import { type Container, seen } from "../support/seen-guarantees.ts";

const reason = missing.docker ?? missing.namespaces;
const off = { enabled: false };
const MQTT = 25_951;
const MINUTES = 300_000;

/** Without page and edge: what is left is every kind of service that a swarm tells apart. */
const deployment = new TestDeployment({
  name: "e2e-swarm",
  bind: "lan",
  hosts: ["localhost"],
  frontend: off,
  mosquitto: { users: [{ name: "sensor", publish: ["sensor/+"] }] },
  listeners: { backend: off, mqtt: { port: MQTT } },
  swarm: { encrypted: false, endpointMode: "dnsrr" },
  // How long a start that never succeeds is waited for.
  health: { intervalSeconds: 1, retries: 10, startPeriodSeconds: 10 },
});
const STACK = `exploreiot-${deployment.name}`;
const SERVICES = ["api", "ingest", "migrate", "mosquitto", "postgres", "redis"];

/**
 * A file of its own, because an engine that is in a swarm can be nobody else's, and one small deployment shows all of it.
 * The engine has loopback alone, and its kernel may have neither IPVS nor ESP.
 */
describe.skipIf(reason)(titled("a rendered folder on Docker Swarm", reason), { timeout: MINUTES }, () => {
  const engine = new PrivateEngine();
  const folder = mkdtempSync(join(tmpdir(), "exploreiot-swarm-"));
  let alone: RunResult;

  const start = (env: Readonly<Record<string, string>> = {}) =>
    run(["./start.sh"], { cwd: folder, env: { DOCKER_HOST: engine.host, ...env }, expected: [0, 1] });

  async function render(): Promise<void> {
    const { code, stderr } = await kit(["render", "-c", deployment.site, "-o", folder, "--target", "swarm"]);
    if (code !== 0) throw new Error(stderr);
  }

  const ofService = (role: string) => `label=com.docker.swarm.service.name=${STACK}_${role}`;

  /** The newest container of a service. */
  async function containerOf(role: string): Promise<Container> {
    const ids = await engine.output("ps", "--all", "--quiet", "--filter", ofService(role));
    return JSON.parse(await engine.output("inspect", ids.split("\n")[0] as string))[0];
  }

  const inside = async (role: string, ...argv: readonly string[]) => {
    const running = await engine.output("ps", "--quiet", "--filter", ofService(role));
    return engine.output("exec", running.split("\n")[0] as string, ...argv);
  };

  const ids = async () =>
    Object.fromEntries(
      await Promise.all(SERVICES.map(async (role) => [role, (await containerOf(role)).Id] as const)),
    );

  /** Readings as the API tells them. */
  const readings = async (): Promise<readonly unknown[]> => {
    const ask =
      "import urllib.request as r; print(r.urlopen('http://localhost:8000/api/mesures').read().decode())";
    return JSON.parse(await inside("api", "python", "-c", ask)).map(
      ({ capteur, valeur }: { readonly capteur: string; readonly valeur: number }) => [capteur, valeur],
    );
  };

  /** A device, next to the engine: through the port of the node. */
  async function publish(value: number): Promise<void> {
    const password = readFileSync(join(folder, "secrets/mqtt-sensor-password"), "utf8");
    const program = `const { connectAsync } = require("${projectRoot}/node_modules/mqtt");
      connectAsync("mqtt://127.0.0.1:${MQTT}", { username: "sensor", password: require("fs").readFileSync(0, "utf8") })
        .then(async (client) => { await client.publishAsync("sensor/temp", "${value}", { qos: 1 }); await client.endAsync(); });`;
    const inSpace = ["nsenter", "--net", "--target", readFileSync(join(engine.folder, "pid"), "utf8").trim()];
    await run([inSpace[0] as string, ...inSpace.slice(1), "--", process.execPath, "-e", program], {
      input: password,
    });
  }

  beforeAll(async () => {
    const made = await kit(["images", "--config", deployment.site]);
    if (made.code !== 0) throw new Error(made.stderr);
    await render();
    const names = [...readFileSync(join(folder, "deployment.sh"), "utf8").matchAll(/^ {2}image (\S+)/gm)];
    await engine.start({ "no-new-privileges": true });
    await engine.load(names.map(([, name]) => name as string));
    alone = await start();
    await engine.output("swarm", "init", "--advertise-addr", "127.0.0.1");
    const { code, stderr } = await start();
    if (code !== 0) throw new Error(stderr);
  }, MINUTES);

  afterAll(async () => {
    await engine.docker("stack", "rm", STACK);
    await engine.docker("swarm", "leave", "--force");
    await engine.remove();
    rmSync(folder, { recursive: true, force: true });
    if (existsSync(deployment.home)) await deployment.forget();
  });

  test("is refused by an engine that is in no swarm", () => {
    expect(alone).toMatchObject({ code: 1 });
    expect(alone.stderr).toContain("error: this engine is no manager of a swarm");
  });

  test("comes up by stages, and stores what a device sends", async () => {
    await publish(21.5);

    await expect.poll(readings, { timeout: 20_000 }).toEqual([["temp", 21.5]]);
  });

  test("is looked into by verbs with the engine of its one node", async () => {
    cpSync(join(folder, "secrets"), join(deployment.home, "secrets"), { recursive: true });
    const told = async (...words: readonly string[]) => {
      const env = { DOCKER_HOST: engine.host };
      const { stdout, stderr } = await kit([...words, "--json", "--config", deployment.site], { env });
      return stdout === "" ? stderr : JSON.parse(stdout);
    };

    expect(await told("follow")).toMatchObject({ listener: "mqtt", failed: null, cleanedUp: true });
    expect((await told("readings")).readings).toMatchObject([{ sensor: "temp", value: 21.5 }]);
    expect((await told("doctor", "page")).failed).toBe(null);
    expect(await told("ports")).toMatchObject({
      ports: [{ service: "mosquitto", inside: "answers", bound: true, problems: [] }],
      unknown: expect.arrayContaining([
        expect.stringMatching(/refuses connections, but this may not be its machine$/),
      ]),
    });
    expect(await told("status")).toMatchObject({
      well: true,
      readings: { last: { sensor: "temp", value: 21.5 }, silent: [] },
    });
  });

  test("gives its containers what the parity report says of a swarm", async () => {
    const { stdout } = await kit(["parity", "-c", deployment.site, "--json"]);
    const { guarantees }: Parity = parityOutput.parse(JSON.parse(stdout));
    const containers = await Promise.all(
      SERVICES.map(async (role) => [role, await containerOf(role)] as const),
    );
    const found = Object.entries(seen).map(([id, words]) => [
      id,
      Object.fromEntries(containers.map(([role, container]) => [role, words(container)])),
    ]);
    const said = Object.keys(seen).map((id) => [
      id,
      Object.fromEntries(
        Object.entries(guarantees.find((one) => one.id === id)?.services ?? {}).map(([role, { swarm }]) => [
          role,
          swarm,
        ]),
      ),
    ]);

    expect(Object.fromEntries(found)).toEqual(Object.fromEntries(said));
    expect(await inside("api", "grep", "NoNewPrivs", "/proc/self/status")).toMatch(/1$/);
    expect(
      await inside(
        "api",
        "sh",
        "-c",
        "stat -c '%u %a' /run/exploreiot/DATABASE_PASSWORD; grep -w /tmp /proc/mounts",
      ),
    ).toMatch(/^10001 400\ntmpfs \/tmp tmpfs rw,nosuid,nodev,noexec,\S*size=16384k/);
  });

  test("is left running by a second start, and follows a changed secret without another", async () => {
    const before = await ids();
    const secrets = async () => (await engine.output("secret", "ls", "--format", "{{.Name}}")).split("\n");
    const names = await secrets();
    const again = await start();
    expect(again).toMatchObject({ code: 0 });
    expect(await ids()).toEqual(before);

    rmSync(join(folder, "secrets/redis-health-password"), { force: true });
    expect(await start()).toMatchObject({ code: 0 });
    const after = await ids();
    expect(SERVICES.filter((role) => before[role] !== after[role])).toEqual(["redis"]);
    const now = await secrets();
    expect(now.length).toBe(names.length);
    expect(names.filter((name) => !now.includes(name)).every((name) => name.includes("-redis-"))).toBe(true);
    expect(names.some((name) => !now.includes(name))).toBe(true);
  });

  test("keeps its api where the new one does not become healthy, and says so", async () => {
    const before = await ids();
    const file = join(folder, "stack.yaml");
    const text = readFileSync(file, "utf8");
    const [above = "", below = ""] = text.split("\n  api:\n");
    // A version of its own, as the kit gives it to every change.
    const broken = below
      .replace("/readyz", "/nowhere")
      .replace(/exploreiot\.spec: [0-9a-f]{12}/, "exploreiot.spec: 0123456789ab");
    writeFileSync(file, [above, broken].join("\n  api:\n"));
    await run(["sh", "-c", "sed -i '/ stack.yaml$/d' SHA256SUMS; sha256sum stack.yaml >>SHA256SUMS"], {
      cwd: folder,
    });
    const { code, stderr } = await start();

    expect({ code, said: stderr.split("\n").find((line) => line.startsWith("error")) }).toEqual({
      code: 1,
      said: `error: ${STACK}_api was taken back by the swarm: its new tasks do not stay healthy`,
    });
    expect(await readings()).toEqual([["temp", 21.5]]);
    const running = await engine.output("ps", "--quiet", "--no-trunc", "--filter", `name=${STACK}_api`);
    expect(running.split("\n")).toContain(before.api);
  });
});
