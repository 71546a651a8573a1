import { createHash, X509Certificate } from "node:crypto";
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { logsOutput } from "../../cli/logs.ts";
import { type StatusReport, statusOutput } from "../../cli/status-output.ts";
import type { DeploymentInput } from "../../config/schema.ts";
import { run } from "../../runners/run.ts";
import { kit, titled, until } from "../support/e2e.ts";
import { type Asker, askEdge, load, SocketReader } from "../support/e2e-edge-load.ts";
import type { Machine } from "../support/e2e-machines.ts";
import { openPage } from "../support/e2e-page.ts";
import { HOST, noMachines, ON_DATA_NODE, SERVICES, SwarmOfMachines } from "../support/e2e-swarm-machines.ts";

const MINUTES = 600_000;
const ON = { timeout: MINUTES };
const PORTS = { https: 25_961, mqtts: 25_962 };

/** A file of its own: what happens to a machine is felt by the next test. */
describe.skipIf(noMachines)(titled("a deployment on a swarm of three machines", noMachines), ON, () => {
  const swarm = new SwarmOfMachines("e2e-machines", PORTS, "start.sh");
  const { deployment, server, stack: STACK } = swarm;
  const [manager, holder, worker] = [swarm.manager, swarm.holder, swarm.worker];

  async function render(change: Partial<DeploymentInput> = {}): Promise<void> {
    swarm.configure(change);
    const { code, stderr } = await kit(["render", "-c", deployment.site, "-o", server, "--target", "swarm"]);
    if (code !== 0) throw new Error(stderr);
  }

  const start = (env: Readonly<Record<string, string>> = {}) =>
    run(["./start.sh"], {
      cwd: server,
      env: { DOCKER_HOST: manager.engine.host, ...env },
      expected: [0, 1],
    });

  async function started(env: Readonly<Record<string, string>> = {}): Promise<void> {
    const { code, stderr } = await start(env);
    if (code !== 0) throw new Error(stderr);
  }

  beforeAll(async () => {
    await swarm.open();
    await render();
    await started({ DATA_NODE: holder.name });
  }, MINUTES);

  afterAll(() => swarm.close(), MINUTES);

  test("takes images by digest, keeps data and ports on one machine, and shows a reading on the page", async () => {
    const image = await manager.engine.output(
      ...["service", "inspect", "--format", "{{.Spec.TaskTemplate.ContainerSpec.Image}}", `${STACK}_api`],
    );
    expect(image).toMatch(
      new RegExp(`^${swarm.registry}/iot/exploreiot/backend:[0-9a-f]{16}@sha256:[0-9a-f]{64}$`),
    );
    const found = await swarm.whole("everything runs");
    expect(ON_DATA_NODE.map((role) => found[role])).toEqual(ON_DATA_NODE.map(() => holder.name));

    const spki = new X509Certificate(swarm.file("pki/edge/edge.crt")).publicKey.export({
      type: "spki",
      format: "der",
    });
    const more = [
      `--host-resolver-rules=MAP ${HOST} ${holder.address}`,
      `--ignore-certificate-errors-spki-list=${createHash("sha256").update(spki).digest("base64")}`,
    ];
    await swarm.noneIsLost("first", async () => {
      const opened = await openPage(`https://${HOST}:${PORTS.https}/`, { more });
      await expect.poll(() => opened.page.content(), { timeout: 20_000 }).toContain("first");
      expect(opened.complaints).toEqual([]);
      await opened.close();
    });
  });

  const reading: Asker = { keeps: true, path: "/api/mesures?limite=5", next: () => ({}) };
  const page: Asker = { keeps: true, path: "/", next: () => ({}) };
  let posted = 0;
  const posting = (): Asker => {
    const key = swarm.file("backend-api-key");
    const next = () => ({
      method: "POST" as const,
      headers: { "x-api-key": key },
      body: JSON.stringify({ capteur: "posted", valeur: posted++ }),
    });
    return { keeps: true, path: "/api/mesures", next };
  };

  /** Clients of the edge, all at once while something happens: every request has its answer, and is done. */
  async function everyRequestIsAnswered(happens: () => Promise<unknown>): Promise<SocketReader> {
    const first = posted;
    const askers = [reading, page, posting()];
    const reader = new SocketReader(swarm.edge(), "posted");
    await until("the socket is open", async () => reader.isOpen);
    const stop = load(swarm.edge(), [...askers, ...askers.map((asker) => ({ ...asker, keeps: false }))], 20);
    try {
      await happens();
    } finally {
      const answers = await stop();
      console.log(JSON.stringify(answers), `${reader.dials} sockets`);
      expect(answers.map((counts) => Object.keys(counts))).toEqual([
        ...[["200"], ["200"], ["201"]],
        ...[["200"], ["200"], ["201"]],
      ]);
      const numbers = Array.from({ length: posted }, (_, number) => number);
      expect(await swarm.stored("posted")).toEqual(numbers);
      const now = numbers.slice(first);
      await until("the socket is open", async () => reader.isOpen);
      await reader.catchUp();
      expect(now.filter((number) => !reader.has(number))).toEqual([]);
      await reader.close();
    }
    return reader;
  }

  test("answers every request while api and page are updated, and a socket misses nothing that it cannot fetch", async () => {
    const before = await manager.engine.output(
      "service",
      "ps",
      "--quiet",
      `${STACK}_api`,
      `${STACK}_frontend`,
    );
    await swarm.noneIsLost("updated", async () => {
      const { dials } = await everyRequestIsAnswered(async () => {
        await render({
          backend: { limits: { memoryMiB: 224 } },
          frontend: { limits: { memoryMiB: 192 } },
        } as never);
        await started();
      });
      expect(dials).toBeGreaterThan(1);
    });
    const after = await manager.engine.output(
      "service",
      "ps",
      "--quiet",
      `${STACK}_api`,
      `${STACK}_frontend`,
    );
    expect(after.split("\n").length - before.split("\n").length).toBe(2);
  });

  test("takes a version back that does not become healthy, and answers every request meanwhile", async () => {
    const path = join(server, "stack.yaml");
    const text = readFileSync(path, "utf8");
    const [above = "", below = ""] = text.split("\n  api:\n");
    const broken = below
      .replace("/readyz", "/nowhere")
      .replace(/exploreiot\.spec: [0-9a-f]{12}/, "exploreiot.spec: 0123456789ab");
    const rewrite = async (content: string) => {
      writeFileSync(path, content);
      const script = "sed -i '/ stack.yaml$/d' SHA256SUMS; sha256sum stack.yaml >>SHA256SUMS";
      await run(["sh", "-c", script], { cwd: server });
    };
    await swarm.noneIsLost("taken-back", async () => {
      const { dials } = await everyRequestIsAnswered(async () => {
        await rewrite([above, broken].join("\n  api:\n"));
        const { code, stderr } = await start();
        expect({ code, said: stderr.split("\n").find((line) => line.startsWith("error")) }).toEqual({
          code: 1,
          said: `error: ${STACK}_api was taken back by the swarm: its new tasks do not stay healthy`,
        });
      });
      expect(dials).toBe(1);
      await rewrite(text);
      await started();
    });
  });

  test("follows a new password of ingest at the broker", async () => {
    await swarm.noneIsLost("rotated", async () => {
      rmSync(join(server, "secrets/mqtt-backend-password"), { force: true });
      await started();
    });
  });

  test("moves what has no data from a machine that is drained", async () => {
    await swarm.noneIsLost("drained", async () => {
      await manager.engine.output("node", "update", "--availability", "drain", manager.name);
      const found = await swarm.whole("nothing is on the manager", (found) =>
        SERVICES.every((role) => found[role] !== manager.name),
      );
      expect(found).toMatchObject({ api: worker.name, ingest: worker.name, frontend: worker.name });
    });
    await manager.engine.output("node", "update", "--availability", "active", manager.name);
  });

  test("goes on elsewhere when a worker loses its power, and takes it back later", async () => {
    await swarm.noneIsLost("lost", async () => {
      expect(await swarm.places()).toMatchObject({ api: worker.name, ingest: worker.name });
      await worker.lose();
      await swarm.nodeIs(worker, "Down");
      await swarm.whole("all of it runs elsewhere", (found) =>
        SERVICES.every((role) => found[role] !== worker.name),
      );
    });
    await worker.engine.start();
    await worker.setOnWire(true);
    await swarm.nodeIs(worker, "Ready");
    await until("nothing of before runs there", async () => {
      const running = await worker.engine.output("ps", "--quiet");
      return running === "";
    });
  });

  test("comes back by itself when the machine with the data was cut off, with one database at a time", async () => {
    await swarm.noneIsLost("cut-off", async () => {
      await holder.setOnWire(false);
      await swarm.nodeIs(holder, "Down");
      await holder.setOnWire(true);
      await swarm.nodeIs(holder, "Ready");
      await swarm.whole("all of it runs again");
    });
    const of = ["--quiet", "--no-trunc", "--filter", "label=exploreiot.role=postgres"];
    const ids = (await holder.engine.output("ps", "--all", ...of)).split("\n");
    expect((await holder.engine.output("ps", ...of)).split("\n")).toEqual([ids[0]]);
    const times = async (id: string | undefined, said: string) => {
      const { stdout, stderr } = await holder.engine.docker("logs", "--timestamps", id as string);
      const lines = `${stdout}\n${stderr}`.split("\n").filter((line) => line.includes(said));
      return lines
        .map((line) => Date.parse(line.split(" ")[0] as string))
        .toSorted((one, other) => one - other);
    };
    const [starts] = await times(ids[0], "starting PostgreSQL");
    const ended = (await times(ids[1], "database system is shut down")).at(-1);
    expect(starts).toBeGreaterThanOrEqual(ended as number);
    expect(await times(ids[0], "was interrupted")).toEqual([]);
  });

  test("keeps its readings while the only manager is cut off, and while it is restarted", async () => {
    await swarm.noneIsLost("manager-cut", async () => {
      await manager.setOnWire(false);
      await swarm.nodeIs(holder, "Down");
      await manager.setOnWire(true);
      await swarm.nodeIs(holder, "Ready");
      await swarm.whole("all of it runs again");
    });
    await swarm.noneIsLost("manager-restarted", async () => {
      await manager.engine.stop();
      await manager.engine.start();
      await swarm.nodeIs(holder, "Ready");
      await swarm.whole("all of it runs again");
    });
    // The edge probes the new task of api before it sends anything to it.
    const answered = async () => (await askEdge(swarm.edge(), "/api/mesures?limite=1")).status === "200";
    await until("the API answers through the edge", answered);
  });

  test("is told and entered by the verbs, each by the engine that can, and taken down", async () => {
    const at = ({ engine }: Machine, verb: string, ...args: readonly string[]) =>
      kit([verb, "--config", deployment.site, ...args], { env: { DOCKER_HOST: engine.host } });
    const found = await swarm.whole("all of it runs");

    const status = await at(manager, "status", "--json");
    const report: StatusReport = statusOutput.parse(JSON.parse(status.stdout));
    expect({ code: status.code, state: report.state }).toEqual({ code: 0, state: "up" });
    expect(
      Object.fromEntries(report.containers.map(({ role, health, node }) => [role, [health, node]])),
    ).toMatchObject(Object.fromEntries(SERVICES.map((role) => [role, ["healthy", found[role]]])));
    expect(report.containers.find(({ role }) => role === "migrate")?.health).toBe("done");

    const logs = await at(manager, "logs", "--json", "--tail", "0", "api", "postgres");
    const lines = logs.stdout.trim().split("\n");
    const services = lines.map((line) => logsOutput.parse(JSON.parse(line)).service);
    expect([...new Set(services)].toSorted()).toEqual(["api", "postgres"]);

    const query = ["--", "-qtAc", "SELECT count(*) > 0 FROM readings WHERE sensor = 'sql'"];
    expect(await at(manager, "psql", ...query)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(
        `postgres runs on the node ${holder.name}, and nothing says where that node's engine is`,
      ),
    });
    expect(await at(holder, "psql", ...query)).toMatchObject({ code: 0, stdout: "f\n" });
    expect(await at(holder, "exec", "redis", "--", "id", "-u")).toMatchObject({ code: 0, stdout: "999\n" });

    deployment.configure({ redis: { limits: { memoryMiB: 160 } } });
    const changed = await at(manager, "status", "--json");
    const differing = (JSON.parse(changed.stdout) as StatusReport).containers.filter(
      ({ difference }) => difference !== undefined,
    );
    expect([changed.code, differing.map(({ role }) => role)]).toEqual([2, ["redis"]]);

    expect(await at(manager, "up", "--runner", "compose")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("--runner compose: brings up containers of one machine"),
    });
    expect(await at(manager, "down", "--delete-data", "--yes")).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(
        `docker volume ls --quiet --filter label=com.docker.stack.namespace=${STACK}`,
      ),
    });
    const others = await at(manager, "down");
    expect([others.code, others.stderr.split("\n")[0]]).toEqual([
      1,
      `error: ${deployment.name} on this swarm has other secrets than these: it was started from another checkout or folder`,
    ]);
    cpSync(join(server, "secrets"), join(deployment.home, "secrets"), { recursive: true });
    expect(await at(manager, "down")).toMatchObject({
      code: 0,
      stdout: `${deployment.name} is down: 8 services removed from the swarm, data kept.\n`,
    });
    expect(await manager.engine.output("service", "ls", "--quiet")).toBe("");
    const kept = ["volume", "ls", "--quiet", "--filter", `label=com.docker.stack.namespace=${STACK}`];
    expect((await holder.engine.output(...kept)).split("\n").toSorted()).toEqual(
      ["mosquitto-data", "postgres-17-data", "redis-data"].map((name) => `${STACK}_${name}`),
    );
    const after = await at(manager, "status", "--json");
    expect([after.code, JSON.parse(after.stdout).state]).toEqual([2, "not deployed"]);
  });
});
