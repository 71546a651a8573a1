import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DeploymentInput } from "../../config/schema.ts";
import { projectRoot } from "../../core/home.ts";
import { type Parity, parityOutput } from "../../render/parity/report.ts";
import { run } from "../../runners/run.ts";
import { kit, TestDeployment, until } from "./e2e.ts";
import { PrivateEngine } from "./e2e-private-engine.ts";
import { type Container, seen } from "./seen-guarantees.ts";

const off = { enabled: false };

/** The images of which a swarm starts its services, made by this machine's engine. */
export async function imagesOf({ site }: TestDeployment): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), "exploreiot-swarm-images-"));
  for (const words of [["images"], ["render", "-o", folder, "--target", "swarm"]]) {
    const { code, stderr } = await kit([...words.slice(0, 1), "-c", site, ...words.slice(1)]);
    if (code !== 0) throw new Error(stderr);
  }
  const script = readFileSync(join(folder, "deployment.sh"), "utf8");
  rmSync(folder, { recursive: true, force: true });
  return [...script.matchAll(/^ {2}image (\S+)/gm)].map(([, name]) => name as string);
}

/**
 * A deployment without page and edge on a swarm of one node: what is left is every kind of service that a swarm tells apart.
 * Its engine has loopback alone, and its kernel may have neither IPVS nor ESP.
 */
export class SmallSwarm {
  static readonly SERVICES = ["api", "ingest", "migrate", "mosquitto", "postgres", "redis"];

  readonly engine = new PrivateEngine();
  readonly deployment: TestDeployment;
  readonly stack: string;
  readonly #mqtt: number;

  constructor(name: string, mqtt: number, more: Partial<DeploymentInput> = {}) {
    this.#mqtt = mqtt;
    this.stack = `exploreiot-${name}`;
    this.deployment = new TestDeployment({
      name,
      bind: "lan",
      hosts: ["localhost"],
      frontend: off,
      mosquitto: { users: [{ name: "sensor", publish: ["sensor/+"] }] },
      listeners: { backend: off, mqtt: { port: mqtt } },
      swarm: { encrypted: false, endpointMode: "dnsrr" },
      // How long a start that never succeeds is waited for.
      health: { intervalSeconds: 1, retries: 10, startPeriodSeconds: 10 },
      ...more,
    });
  }

  /** The engine with the images, and without a swarm. */
  async open(): Promise<void> {
    const images = await imagesOf(this.deployment);
    await this.engine.start({ "no-new-privileges": true });
    await this.engine.load(images);
  }

  async join(): Promise<void> {
    await this.engine.output("swarm", "init", "--advertise-addr", "127.0.0.1");
  }

  async close(): Promise<void> {
    await this.engine.docker("stack", "rm", this.stack);
    await this.engine.docker("swarm", "leave", "--force");
    await this.engine.remove();
    await this.deployment.wipe();
  }

  /** For a list of containers. */
  ofService(role: string): string {
    return `label=com.docker.swarm.service.name=${this.stack}_${role}`;
  }

  /** The newest container of a service. */
  async containerOf(role: string): Promise<Container> {
    const ids = await this.engine.output("ps", "--all", "--quiet", "--filter", this.ofService(role));
    return JSON.parse(await this.engine.output("inspect", ids.split("\n")[0] as string))[0];
  }

  /** The id of each service's newest container. */
  async ids(): Promise<Readonly<Record<string, string>>> {
    const ids = SmallSwarm.SERVICES.map(async (role) => [role, (await this.containerOf(role)).Id] as const);
    return Object.fromEntries(await Promise.all(ids));
  }

  async inside(role: string, ...argv: readonly string[]): Promise<string> {
    const running = await this.engine.output("ps", "--quiet", "--filter", this.ofService(role));
    return this.engine.output("exec", running.split("\n")[0] as string, ...argv);
  }

  /** By the superuser of the database. */
  sql(statement: string): Promise<string> {
    const as = ["-h", "/run/postgresql", "-U", "postgres", "-d", "exploreiot"];
    return this.inside("postgres", "psql", ...as, "-qtAc", statement);
  }

  /** Makes the tables those of a newer release, at which the migration fails, or undoes that. */
  async letMigrate(isLet: boolean): Promise<void> {
    const version = isLet ? "substr(version_num, 2)" : "'N' || version_num";
    await this.sql(`UPDATE schema_version SET version_num = ${version}`);
  }

  /**
   * Has the migration run again, and waits until it has failed as often as it may be tried.
   *
   * @param wasDone whether its service still says that it was done, as where the swarm itself runs it again
   */
  async failMigration(wasDone: boolean): Promise<void> {
    const service = `${this.stack}_migrate`;
    await this.letMigrate(false);
    const before = await this.engine.output("service", "ps", "--quiet", service);
    const undone = wasDone ? [] : ["--label-rm", "exploreiot.done"];
    await this.engine.output("service", "update", "--force", ...undone, "--detach", "--quiet", service);
    const look = async () => {
      const format = "{{.ID}} {{.DesiredState}} {{.CurrentState}}";
      const tasks = (await this.engine.output("service", "ps", "--format", format, service)).split("\n");
      const [newest = ""] = tasks;
      return !before.includes(newest.split(" ")[0] as string) && / Shutdown Failed /.test(newest);
    };
    await until("the migration has failed for good", look, 60_000);
  }

  /** Values of the readings that the API tells, by size. */
  async readings(): Promise<readonly number[]> {
    const ask =
      "import urllib.request as r; print(r.urlopen('http://localhost:8000/api/mesures').read().decode())";
    const told = await this.inside("api", "python", "-c", ask).catch(() => "[]");
    return (JSON.parse(told) as readonly { readonly valeur: number }[])
      .map(({ valeur }) => valeur)
      .toSorted((one, other) => one - other);
  }

  /** A device with that password, next to the engine: whether the broker acknowledged its reading. */
  async publish(value: number, password: string): Promise<string> {
    const program = `const { connectAsync } = require("${projectRoot}/node_modules/mqtt");
      connectAsync("mqtt://127.0.0.1:${this.#mqtt}", { username: "sensor", password: require("fs").readFileSync(0, "utf8"), reconnectPeriod: 0 })
        .then(async (client) => { await client.publishAsync("sensor/temp", "${value}", { qos: 1 }); await client.endAsync(); console.log("acknowledged"); })
        .catch((error) => console.log(error.message));`;
    return (await this.inNetwork(program, password)).stdout.trim();
  }

  /** A program of Node next to the engine: it reaches the ports of the node. */
  inNetwork(program: string, input = "") {
    const pid = readFileSync(join(this.engine.folder, "pid"), "utf8").trim();
    const argv = ["nsenter", "--net", "--target", pid, "--", process.execPath, "-e", program];
    return run(argv as [string, ...string[]], { input, expected: [0, 1] });
  }

  /** What the parity report says of a target's containers, and the same as Docker tells it of those that are here. */
  async parity(
    target: "swarm" | "swarm-terraform",
  ): Promise<{ readonly found: object; readonly said: object }> {
    const { stdout } = await kit(["parity", "-c", this.deployment.site, "--json"]);
    const { guarantees }: Parity = parityOutput.parse(JSON.parse(stdout));
    const containers = await Promise.all(
      SmallSwarm.SERVICES.map(async (role) => [role, await this.containerOf(role)] as const),
    );
    const found = Object.entries(seen).map(([id, words]) => [
      id,
      Object.fromEntries(containers.map(([role, container]) => [role, words(container)])),
    ]);
    const said = Object.keys(seen).map((id) => {
      const services = Object.entries(guarantees.find((one) => one.id === id)?.services ?? {});
      return [id, Object.fromEntries(services.map(([role, told]) => [role, told[target] ?? ""]))];
    });
    return { found: Object.fromEntries(found), said: Object.fromEntries(said) };
  }
}
