import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadDeployment } from "../../config/load.ts";
import { projectRoot } from "../../core/home.ts";
import { imageRecipes } from "../../core/images.ts";
import { ensureImages } from "../../runners/images/ensure.ts";
import { run } from "../../runners/run.ts";
import { commandsOf, shellNextTo } from "../support/document-commands.ts";
import { kit, missing, TestDeployment, titled, until } from "../support/e2e.ts";
import { endMachines, joinSwarm, type Machine, Wire } from "../support/e2e-machines.ts";
import { imagesOf } from "../support/e2e-swarm.ts";

const reason = missing.docker ?? missing.namespaces;
const MINUTES = 600_000;
const ON = { timeout: MINUTES };
const MQTT = 25_971;
const off = { enabled: false };

const deployment = new TestDeployment({
  name: "e2e-entered",
  bind: "lan",
  hosts: ["198.51.100.12"],
  frontend: off,
  mosquitto: { users: [{ name: "sensor", publish: ["sensor/+"] }] },
  listeners: { backend: off, mqtt: { port: MQTT } },
  backup: { enabled: true },
  health: { intervalSeconds: 1, retries: 10, startPeriodSeconds: 10 },
});

/** Two machines in one swarm: the manager, whose engine is asked, and the one with the data. */
describe.skipIf(reason)(titled("the verbs on a swarm of two machines", reason), ON, () => {
  const wire = new Wire(2);
  const [manager, holder] = wire.machines as [Machine, Machine];
  const folder = mkdtempSync(join(tmpdir(), "exploreiot-swarm-verbs-"));

  /** Node to the address of its engine. */
  const know = (engines: Readonly<Record<string, string>>) =>
    deployment.configure({
      swarm: {
        encrypted: false,
        endpointMode: "dnsrr",
        engines: Object.fromEntries(Object.entries(engines).map(([node, host]) => [node, { host }])),
      },
    });

  /** A verb that is asked with the manager's engine. */
  const verb = (name: string, ...args: readonly string[]) =>
    kit([...name.split(" "), "--config", deployment.site, ...args], {
      env: { DOCKER_HOST: manager.engine.host },
    });

  async function told(name: string, ...args: readonly string[]) {
    const { code, stdout, stderr } = await verb(name, "--json", ...args);
    if (stdout === "") throw new Error(stderr);
    return { code, ...JSON.parse(stdout) };
  }

  /** The first line of what is said of a failure. */
  async function failure(name: string, ...args: readonly string[]): Promise<string | undefined> {
    const { code, stderr } = await verb(name, ...args);
    return code === 1 ? stderr.split("\n").find((line) => line.startsWith("error: ")) : `exit code ${code}`;
  }

  beforeAll(async () => {
    know({ [holder.name]: holder.engine.host });
    const services = await imagesOf(deployment);
    const { images } = await loadDeployment(deployment.site);
    const recipes = imageRecipes(projectRoot, ["capture"], images, projectRoot);
    const [capture] = (await ensureImages(recipes, { report: () => undefined, projectRoot })).slice(-1);
    const rendered = await kit(["render", "-c", deployment.site, "-o", folder, "--target", "swarm"]);
    if (rendered.code !== 0) throw new Error(rendered.stderr);
    await wire.open();
    for (const { engine } of wire.machines) await engine.start({ "no-new-privileges": true });
    for (const { engine } of wire.machines) await engine.load([...services, capture?.tag as string]);
    await joinSwarm(wire.machines);
    const { code, stderr } = await run(["./start.sh"], {
      cwd: folder,
      env: { DOCKER_HOST: manager.engine.host, DATA_NODE: holder.name },
      expected: [0, 1],
    });
    if (code !== 0) throw new Error(stderr);
    cpSync(join(folder, "secrets"), join(deployment.home, "secrets"), { recursive: true });
  }, MINUTES);

  afterAll(async () => {
    await endMachines(wire);
    rmSync(folder, { recursive: true, force: true });
    if (existsSync(deployment.home)) await deployment.wipe();
  }, MINUTES);

  test("exec and psql enter a container on another node", async () => {
    expect(await verb("exec", "redis", "--", "id", "-u")).toMatchObject({ code: 0, stdout: "999\n" });
    expect(await verb("psql", "--", "-qtAc", "SELECT count(*) FROM readings")).toMatchObject({
      ...{ code: 0, stdout: "0\n" },
    });
  });

  test("publish, readings, rejects and follow take the way of a reading", async () => {
    expect(await told("publish", "temp", "21.5")).toEqual({
      code: 0,
      deployment: deployment.name,
      ...{ topic: "sensor/temp", payload: "21.5", user: "sensor", listener: "mqtt", tls: false },
      acknowledged: true,
    });
    await verb("publish", "temp", "warm");
    await expect
      .poll(async () => (await told("readings")).readings, { timeout: 20_000 })
      .toMatchObject([{ sensor: "temp", value: 21.5 }]);
    await expect
      .poll(async () => (await told("rejects")).rejects, { timeout: 20_000 })
      .toMatchObject([{ topic: "sensor/temp", start: "warm" }]);
    const followed = await told("follow");
    expect({
      ...{ code: followed.code, failed: followed.failed, cleanedUp: followed.cleanedUp },
      hops: followed.hops.map(({ hop, state }: { hop: string; state: string }) => [hop, state]),
    }).toEqual({
      ...{ code: 0, failed: null, cleanedUp: true },
      hops: ["broker", "database", "api", "socket"].map((hop) => [hop, "passed"]),
    });
  });

  test("doctor walks the way of a page and of a device", async () => {
    const states = async (...words: [string, ...string[]]) => {
      const { code, failed, steps } = await told(...words);
      return {
        code,
        failed,
        steps: steps.map(({ step, state }: { step: string; state: string }) => [step, state]),
      };
    };
    expect(await states("doctor page")).toEqual({
      ...{ code: 0, failed: null },
      steps: ["page", "api", "redis", "database", "ingest", "broker", "rejects"].map((step) => [step, "ok"]),
    });
    expect(await states("doctor device", "sensor")).toEqual({
      ...{ code: 0, failed: null },
      steps: ["name", "address", "listener", "filter", "TCP", "TLS", "login", "topics"].map((step) => [
        step,
        "ok",
      ]),
    });
  });

  test("ports names the node of a port, tries it there, and says what it does not see", async () => {
    expect(await told("ports")).toEqual({
      code: 0,
      deployment: deployment.name,
      ports: [
        {
          ...{ listener: "mqtt", service: "mosquitto", node: holder.name, address: "0.0.0.0", port: MQTT },
          ...{ internal: 1883, tls: false, bound: true, process: null },
          ...{ inside: "answers", outside: "answers", rules: [], problems: [] },
        },
      ],
      ...{ undeclared: [], problems: [] },
      unknown: [
        "no rules: the firewall is off (firewall.enabled)",
        "ports that other services and containers publish on the nodes, and those of Swarm itself",
      ],
    });
  });

  test("capture listens on the node of the service", async () => {
    const captured = told("capture", "mosquitto", "--seconds", "8");
    let isOver = false;
    void captured.finally(() => {
      isOver = true;
    });
    await until("it is over", async () => {
      await verb("publish", "temp", "22.5");
      return isOver;
    });
    const { code, service, packets } = await captured;
    expect({ code, service }).toEqual({ code: 0, service: "mosquitto" });
    expect(packets.flatMap(({ names }: { names: readonly string[] }) => names)).toContain("MQTT PUBLISH");
  });

  test("backup makes one on the node with the data, restores it there, and status tells of it", async () => {
    const password = join(deployment.home, "secrets/backup-password");
    const own = readFileSync(password);
    rmSync(password);
    writeFileSync(password, "another");
    expect(await failure("backup")).toBe(
      `error: ${password} is not the password of the repository that the swarm writes to, so this checkout has other secrets than the swarm`,
    );
    rmSync(password);
    writeFileSync(password, own, { mode: 0o400 });
    const made = await told("backup");
    expect(made).toMatchObject({ code: 0, deployment: deployment.name, verified: true });
    expect(await told("backup list")).toMatchObject({ snapshots: [{ id: made.id, verified: true }] });
    expect(await told("backup verify")).toMatchObject({ code: 0, id: made.id });
    expect(await told("backup check")).toMatchObject({ code: 0, whole: true });

    const status = await told("status");
    expect({ well: status.well, backup: status.backup }).toMatchObject({
      well: true,
      backup: { last: { id: made.id, at: made.at }, verified: { id: made.id }, problems: [] },
    });
    expect(status.readings).toMatchObject({ last: { sensor: "temp" }, silent: [] });
    const measured = status.containers.filter(
      ({ usage }: { usage?: { memoryMiB: number } }) => (usage?.memoryMiB ?? 0) > 0,
    );
    expect(measured.map(({ role }: { role: string }) => role).toSorted()).toEqual([
      "api",
      "backup",
      "ingest",
      "mosquitto",
      "postgres",
      "redis",
    ]);
    expect(await failure("restore", "--yes")).toBe(
      `error: ${deployment.name} is on the swarm of this engine, and this verb works on the containers of one engine`,
    );
  });

  test("the database of a backup comes back by the commands of docs/swarm.md, cut off and done again, and goes away", async () => {
    const shell = shellNextTo(deployment.site, { DOCKER_HOST: manager.engine.host });
    const AT = "exploreiot exec postgres -- psql -h /run/postgresql -U postgres";
    const ask = async (statement: string) => (await shell(`${AT} -d exploreiot -qtAc "${statement}"`)).stdout;
    /** All rows as PostgreSQL itself writes them down, who may do what, and where counters are. */
    const content = async () => [
      await ask("SELECT schema_to_xml('public', true, false, '')"),
      await ask(
        "SELECT relname, relkind, relowner::regrole, relacl FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1",
      ),
      await ask("SELECT datdba::regrole, datacl FROM pg_database WHERE datname = current_database()"),
      await ask("SELECT sequencename, last_value FROM pg_sequences ORDER BY 1"),
    ];
    const values = async () =>
      (await told("readings")).readings
        .map(({ value }: { value: number }) => value)
        .toSorted((one: number, other: number) => one - other);
    const publish = async (value: string) => {
      await verb("publish", "temp", value);
      await expect.poll(values, { timeout: 20_000 }).toContain(Number(value));
    };
    await publish("31.5");
    const kept = await values();
    const backedUp = await content();
    const { id } = await told("backup");
    await publish("32.5");
    const later = await content();

    const commands = commandsOf("docs/swarm.md", "To bring the database back").map((line) =>
      line.replaceAll("<deployment>", deployment.name).replaceAll("1a2b3c4d", id.slice(0, 8)),
    );
    const at = (word: string) => commands.findIndex((line) => line.includes(word));
    const [rename, load, up] = [at("RENAME"), at("pg_restore"), at("exploreiot up")];
    expect([rename, load, up, commands.length]).toEqual([4, 5, 6, 8]);
    const sql = (statement: string) => `${AT} -c '${statement}'`;

    for (const command of commands.slice(0, load)) await shell(command);
    const half = "$(($(stat --format=%s exploreiot.dump) / 2))";
    await shell((commands[load] as string).replace("< ", `< <(head --bytes=${half} `).concat(")"), [1]);
    await shell(sql("DROP DATABASE IF EXISTS exploreiot"));
    await shell(commands[load] as string);
    expect(await content()).toEqual(backedUp);

    // To go back.
    await shell(sql("DROP DATABASE exploreiot"));
    await shell(sql("ALTER DATABASE exploreiot_before RENAME TO exploreiot"));
    expect(await content()).toEqual(later);

    for (const command of commands.slice(rename, up)) await shell(command);
    expect(await content()).toEqual(backedUp);
    for (const command of commands.slice(up)) await shell(command);
    await publish("33.5");
    expect(await values()).toEqual([...kept, 33.5]);
    expect(await told("status")).toMatchObject({ code: 0, well: true, asConfigured: true });
    expect(await ask("SELECT datname FROM pg_database WHERE NOT datistemplate ORDER BY 1")).toBe(
      "exploreiot\npostgres\n",
    );
  });

  test("an engine that nobody names, that is away or another node's is refused by name", async () => {
    const psql = () => failure("psql", "--", "-qtAc", "SELECT 1");
    know({});
    expect(await psql()).toBe(
      `error: postgres runs on the node ${holder.name}, and nothing says where that node's engine is`,
    );
    know({ [holder.name]: manager.engine.host });
    expect(await psql()).toBe(
      `error: postgres runs on the node ${holder.name}, and the engine at ${manager.engine.host} is another node's`,
    );
    know({ [holder.name]: "unix:///nowhere/docker.sock" });
    expect(await psql()).toMatch(
      new RegExp(
        `^error: postgres runs on the node ${holder.name}: Docker engine at unix:///nowhere/docker.sock does not answer`,
      ),
    );
    know({ [holder.name]: holder.engine.host });
    await holder.setOnWire(false);
    await until(
      "it is away",
      async () =>
        (await manager.engine.output("node", "ls", "--format", "{{.Hostname}} {{.Status}}")).includes(
          `${holder.name} Down`,
        ),
      60_000,
    );
    expect(await psql()).toBe(`error: postgres was last seen on the node ${holder.name}, which is down`);
    const lost = `postgres was last seen on the node ${holder.name}, which is down`;
    expect((await told("status")).unknown).toContain(lost);
    const { steps } = await told("doctor page");
    expect(steps.find(({ step }: { step: string }) => step === "database")).toMatchObject({
      state: "failed",
      evidence: `postgres was last seen on the node ${holder.name}, which is down`,
    });
  });
});
