import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { root, run } from "./process.js";

/** @typedef {"compose" | "terraform"} Runner */

/** A whole stack, as `local` has it, under a name and on ports of its own. */
export class BenchDeployment {
  /** Where a stack is synthesized; relative to the root, as one would type it. */
  folder;
  name;
  runner;
  port;
  #workspace;
  #site;

  /**
   * @param {string} name at most 20 letters, digits and dashes
   * @param {Runner} runner
   * @param {number} port the first of three
   * @param {object} [settings] of the site file, next to the usual ones
   */
  constructor(name, runner, port, settings = {}) {
    this.name = name;
    this.runner = runner;
    this.port = port;
    this.folder = join("cdktf.out", "stacks", name);
    this.#workspace = mkdtempSync(join(tmpdir(), "exploreiot-bench-"));
    this.#site = join(this.#workspace, "site.json");
    writeFileSync(this.#site, JSON.stringify({ ...site(name, port), ...settings }));
  }

  /** For people; the site file is a temporary one. */
  get upCommand() {
    return `node bin/exploreiot.js up -c site.json --runner ${this.runner}`;
  }

  /** `up`, as a user runs it. */
  up() {
    return this.#verb("up", "--runner", this.runner);
  }

  status() {
    return this.#verb("status");
  }

  /** Back to a machine that has the images, the secrets and an initialised Terraform folder, and nothing else. */
  async reset() {
    await this.#verb("down", "--delete-data", "--yes");
  }

  /** `restore`, as a user runs it, of the last backup. */
  restore() {
    return this.#verb("restore", "--yes");
  }

  /** Takes no room for the data of before a restore any more. */
  deleteFormer() {
    return this.#verb("restore", "--delete-former", "--yes");
  }

  /**
   * As `docker inspect` tells it.
   *
   * @returns {Promise<readonly { Id: string, Created: string, State: { Running: boolean, Pid: number } }[]>}
   */
  async containers() {
    const ids = await list("ps", "--all", "--filter", `label=exploreiot.deployment=${this.name}`);
    return JSON.parse((await run(["docker", "inspect", ...ids])).stdout);
  }

  /** Removes every trace, in any state that a failure or Ctrl-C has left; never throws. */
  async remove() {
    const named = `name=^exploreiot-${this.name}-`;
    await attempt(() => this.reset());
    for (const [kind, filter] of /** @type {const} */ ([
      ["container", `label=exploreiot.deployment=${this.name}`],
      ["network", named],
      ["volume", named],
    ])) {
      await attempt(async () => {
        const left = await list(kind, "ls", ...(kind === "container" ? ["--all"] : []), "--filter", filter);
        const force = kind === "network" ? [] : ["--force"];
        if (left.length > 0) await run(["docker", kind, "rm", ...force, ...left]);
      });
    }
    for (const folder of [join(root, this.folder), join(root, ".exploreiot", this.name), this.#workspace]) {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  /** @param {readonly string[]} words */
  #verb(...words) {
    const [verb = "", ...options] = words;
    // An `up` that has to make images first takes minutes, once.
    return run(["node", "bin/exploreiot.js", verb, "-c", this.#site, ...options], { limitSeconds: 1800 });
  }
}

/**
 * Prepares a deployment, measures with it and removes it, come what may.
 *
 * @template T
 * @param {ConstructorParameters<typeof BenchDeployment>} settings
 * @param {(deployment: BenchDeployment) => Promise<T>} measure gets it up and healthy, images and secrets made
 * @returns {Promise<T>}
 */
export async function withDeployment(settings, measure) {
  const deployment = new BenchDeployment(...settings);
  try {
    await deployment.up();
    return await measure(deployment);
  } finally {
    await deployment.remove();
  }
}

/**
 * @param {string} name
 * @param {number} port
 */
const site = (name, port) => ({
  name,
  listeners: { frontend: { port }, backend: { port: port + 1 }, mqtt: { port: port + 2 } },
  mosquitto: {
    users: [
      { name: "sensor", publish: ["sensor/+"] },
      { name: "viewer", subscribe: ["sensor/+", "status/#"] },
    ],
  },
});

/** @param {readonly string[]} words */
async function list(...words) {
  return (await run(["docker", ...words, "--quiet"])).stdout.split("\n").filter(Boolean);
}

/** @param {() => Promise<unknown>} work */
async function attempt(work) {
  try {
    await work();
  } catch (error) {
    process.stderr.write(`cleaning up: ${error instanceof Error ? error.message : error}\n`);
  }
}
