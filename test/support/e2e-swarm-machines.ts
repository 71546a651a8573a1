import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import type { DeploymentInput } from "../../config/schema.ts";
import { isInstalled } from "../../core/programs.ts";
import { missing, TestDeployment, until } from "./e2e.ts";
import type { Edge } from "./e2e-edge-load.ts";
import { CLIENTS, endMachines, joinSwarm, type Machine, Wire } from "./e2e-machines.ts";
import { NumberedPublisher } from "./e2e-publisher.ts";
import { imagesOf } from "./e2e-swarm.ts";
import { startRegistry } from "./registry.ts";

/** Why such a swarm cannot be made here. */
export const noMachines =
  missing.docker ??
  missing.namespaces ??
  (isInstalled("docker-registry") ? undefined : "needs docker-registry");

const off = { enabled: false };
export const HOST = "iot.example.org";
export const SERVICES = ["api", "edge", "frontend", "ingest", "mosquitto", "postgres", "redis"];
export const ON_DATA_NODE = ["edge", "mosquitto", "postgres", "redis"];
const PER_SECOND = 20;

/** All of the reference application behind TLS, and a device that has a password. */
const siteOf = (
  name: string,
  ports: { readonly https: number; readonly mqtts: number },
): DeploymentInput => ({
  name,
  bind: "lan",
  hosts: [HOST],
  firewall: off,
  listeners: {
    frontend: off,
    backend: off,
    mqtt: off,
    https: { port: ports.https },
    mqtts: { port: ports.mqtts },
  },
  // All clients of the load have one address.
  http: { rateLimitPerMinute: 0 },
  mosquitto: { users: [{ name: "sensor", publish: ["sensor/+"] }] },
  health: { intervalSeconds: 1, retries: 10, startPeriodSeconds: 10 },
});

/**
 * Three machines in one swarm: the manager, the one with the data, and a worker, with a registry on this machine from which they
 * pull. The kernel may have neither IPVS nor ESP.
 */
export class SwarmOfMachines {
  readonly deployment: TestDeployment;
  readonly stack: string;

  /** For files of the test. */
  readonly folder = mkdtempSync(join(tmpdir(), "exploreiot-machines-"));

  readonly wire = new Wire(3);
  readonly #ports: { readonly https: number; readonly mqtts: number };
  readonly #made: "start.sh" | "up";
  readonly #managers: number;
  #asked: Machine | undefined;
  #registry: Awaited<ReturnType<typeof startRegistry>> | undefined;

  /**
   * @param made what makes its secrets: start.sh of `server`, or `up`
   * @param managers how many machines manage the swarm, from the first on
   */
  constructor(
    name: string,
    ports: { readonly https: number; readonly mqtts: number },
    made: "start.sh" | "up",
    managers = 1,
  ) {
    this.#ports = ports;
    this.#made = made;
    this.#managers = managers;
    this.deployment = new TestDeployment(siteOf(name, ports));
    this.stack = `exploreiot-${name}`;
  }

  /** A rendered folder. */
  get server(): string {
    return join(this.folder, "server");
  }

  get manager(): Machine {
    return this.wire.machines[0] as Machine;
  }

  /** The manager that tells of the swarm: the first, until `ask` names another. */
  get asked(): Machine {
    return this.#asked ?? this.manager;
  }

  ask(machine: Machine): void {
    this.#asked = machine;
  }

  get holder(): Machine {
    return this.wire.machines[1] as Machine;
  }

  get worker(): Machine {
    return this.wire.machines[2] as Machine;
  }

  /** Address of the registry. */
  get registry(): string {
    return this.#registry?.address ?? "";
  }

  /** Changes the site file. */
  configure(change: Partial<DeploymentInput> = {}): void {
    this.deployment.configure({
      swarm: {
        encrypted: false,
        endpointMode: "dnsrr",
        registry: `${this.registry}/iot`,
        nodes: this.wire.machines.map(({ address }) => address),
      },
      ...change,
    });
  }

  /** Nothing is deployed yet; the images are on the managers. */
  async open(): Promise<void> {
    await this.wire.open();
    this.#registry = await startRegistry(this.folder, CLIENTS);
    this.configure();
    const images = await imagesOf(this.deployment);
    for (const { engine } of this.wire.machines)
      await engine.start({ "no-new-privileges": true, "insecure-registries": [this.registry] });
    for (const { engine } of this.wire.machines.slice(0, this.#managers)) await engine.load(images);
    await joinSwarm(this.wire.machines, this.#managers);
  }

  async close(): Promise<void> {
    await this.asked.engine.docker("stack", "rm", this.stack);
    await endMachines(this.wire);
    await this.#registry?.stop();
    rmSync(this.folder, { recursive: true, force: true });
    await this.deployment.wipe();
  }

  /** A secret, certificate or key, by its path in `secrets` of a rendered folder. */
  file(path: string): string {
    const { home } = this.deployment;
    const own = path.startsWith("pki/") ? join(home, path) : join(home, "secrets", path);
    return readFileSync(this.#made === "up" ? own : join(this.server, "secrets", path), "utf8");
  }

  edge(): Edge {
    const ca = this.file("pki/authority/ca.crt");
    return { address: this.holder.address, port: this.#ports.https, host: HOST, ca };
  }

  /** Role to machine, of the tasks that are to run and do. */
  async places(): Promise<Readonly<Record<string, string>>> {
    const format = "{{.Name}} {{.Node}} {{.CurrentState}}";
    const tasks = await this.asked.engine.output(
      ...["stack", "ps", "--filter", "desired-state=running", "--format", format, this.stack],
    );
    return Object.fromEntries(
      tasks
        .split("\n")
        .map((line) => line.split(" "))
        .filter(([, , state]) => state === "Running")
        .map(([name = "", node = ""]) => [name.replace(`${this.stack}_`, "").replace(/\.\d+$/, ""), node]),
    );
  }

  /** Waits until every service runs. */
  whole(what: string, isSo: (found: Readonly<Record<string, string>>) => boolean = () => true) {
    const look = async () => {
      const found = await this.places();
      return SERVICES.every((role) => found[role] !== undefined) && isSo(found) && found;
    };
    return until(what, look, 180_000);
  }

  nodeIs(machine: Machine, state: "Ready" | "Down"): Promise<unknown> {
    const format = "{{.Status.State}}";
    const look = async () => {
      const { code, stdout } = await this.asked.engine.docker(
        ...["node", "inspect", "--format", format, machine.name],
      );
      return code === 0 && stdout.trim() === state.toLowerCase();
    };
    return until(`${machine.name} is ${state}`, look, 60_000);
  }

  async sql(statement: string): Promise<string> {
    const of = "label=exploreiot.role=postgres";
    const id = (await this.holder.engine.output("ps", "--quiet", "--filter", of)).split("\n")[0] as string;
    return this.holder.engine.output(
      ...["exec", id, "psql", "-h", "/run/postgresql", "-U", "postgres", "-d", "exploreiot", "-qtAc"],
      statement,
    );
  }

  /** Values of a sensor's readings, by size. */
  async stored(sensor: string): Promise<readonly number[]> {
    const rows = await this.sql(`SELECT value FROM readings WHERE sensor = '${sensor}' ORDER BY value`);
    return rows.split("\n").filter(Boolean).map(Number);
  }

  /** Rows of all devices, but for those that are posted over HTTP. */
  async #others(): Promise<number> {
    return Number(await this.sql("SELECT count(*) FROM readings WHERE sensor <> 'posted'"));
  }

  /** Readings of a device flow while something happens; each is acknowledged, and each is in the database, once. */
  async noneIsLost(sensor: string, happens: () => Promise<unknown>): Promise<void> {
    const before = await this.#others();
    const login = { username: "sensor", password: this.file("mqtt-sensor-password") };
    const broker = { ...this.edge(), port: this.#ports.mqtts };
    const publisher = await NumberedPublisher.connectOver(broker, login, sensor);
    let running = true;
    const flowing = publisher.publishWhile(() => running, PER_SECOND);
    try {
      await happens();
    } finally {
      running = false;
    }
    await flowing;
    const sent = publisher.acknowledged.size;
    await until(
      `${sent} readings of ${sensor} are stored`,
      async () => (await this.stored(sensor).catch(() => [])).length >= sent,
      120_000,
    ).catch(() => undefined);
    await publisher.close();
    // The numbers of a run, for who reads its output.
    console.log(`${sensor}: ${sent} acknowledged`);
    expect(await this.stored(sensor)).toEqual(Array.from({ length: sent }, (_, number) => number));
    expect((await this.#others()) - before).toBe(sent);
  }
}
