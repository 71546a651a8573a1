import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inject } from "vitest";
import type { DeploymentInput } from "../../config/schema.ts";
import { deploymentHome, projectRoot, stackFolder } from "../../core/home.ts";
import type { RunnerName } from "../../runners/record.ts";
import { type RunOptions, type RunResult, run } from "../../runners/run.ts";

export const missing = inject("missing");

/** Title of a group, with the reason in it where it is skipped: the list of skipped tests then says why. */
export const titled = (title: string, reason: string | undefined) =>
  reason === undefined ? title : `${title} [skipped: ${reason.split("\n")[0]}]`;

/**
 * A service that waits for another waits for that one's first probe, which comes an interval after its start. As by
 * default, a service may miss what it needs for 10 s before it is unhealthy.
 */
const QUICKLY_HEALTHY = { health: { intervalSeconds: 1, retries: 10 } } satisfies Partial<DeploymentInput>;

/** Of a test that counts backups each is asked for: by default another one comes at 02:30, in the middle of a run at that time. */
const SELDOM = { every: "12h" } satisfies DeploymentInput["backup"];

/** Where images come from, for a run of these tests with others (test/contract). */
const IMAGES = JSON.parse(process.env.EXPLOREIOT_TEST_IMAGES ?? "{}") as Pick<DeploymentInput, "images">;

/** How Docker lists and removes what a deployment has, in an order in which nothing is in use. */
const WIPED = [
  ["ps --all", "rm --force --volumes"],
  ["network ls", "network rm"],
  ["volume ls", "volume rm"],
] as const;

/**
 * Takes a deployment's containers, networks and volumes away with Docker alone. Not for the end of one with a firewall:
 * `down` takes the rules out of the kernel.
 */
export async function clearEngine(deployment: string): Promise<void> {
  for (const [list, remove] of WIPED) {
    const name = `name=exploreiot-${deployment}-`;
    const found = await docker(...list.split(" "), "--quiet", "--filter", name);
    if (found !== "") await docker(...remove.split(" "), ...found.split("\n"));
  }
}

/** A deployment that only tests use: own name, own ports, and nothing left over from an earlier run. */
export class TestDeployment {
  readonly name: string;
  readonly site: string;
  readonly home: string;
  readonly stack: string;
  #config: DeploymentInput;

  constructor(config: DeploymentInput) {
    this.name = config.name;
    this.home = deploymentHome(config.name);
    this.stack = stackFolder(config.name);
    this.site = join(mkdtempSync(join(tmpdir(), `exploreiot-${config.name}-`)), "site.json");
    const backup = config.backup && { backup: { ...SELDOM, ...config.backup } };
    this.#config = { ...QUICKLY_HEALTHY, ...IMAGES, ...config, ...backup };
    this.configure({});
  }

  /** Changes top-level settings of the deployment. */
  configure(change: Partial<DeploymentInput>): void {
    this.#config = { ...this.#config, ...change };
    writeFileSync(this.site, JSON.stringify(this.#config));
  }

  get config(): DeploymentInput {
    return this.#config;
  }

  /** Runs a verb on this deployment; any exit code is an answer. */
  kit(verb: string, ...args: readonly string[]): Promise<RunResult> {
    return kit([verb, "--config", this.site, ...args]);
  }

  async up(runner: RunnerName): Promise<{ readonly changed: boolean; readonly log: string }> {
    const { code, stdout, stderr } = await this.kit("up", "--runner", runner, "--json");
    if (code !== 0) throw new Error(`up ended with ${code}\n${stderr}`);
    return { changed: JSON.parse(stdout).changed, log: stderr };
  }

  async remove(): Promise<void> {
    const { code, stderr } = await this.kit("down", "--delete-data", "--yes");
    if (code !== 0) throw new Error(`down ended with ${code}\n${stderr}`);
  }

  /** Also forgets its secrets and synthesized files. */
  async forget(): Promise<void> {
    await this.remove();
    this.#forgetFiles();
  }

  /** Takes all of it away with Docker alone: `down` takes several times as long, and has tests of its own. */
  async wipe(): Promise<void> {
    await this.clear();
    this.#forgetFiles();
  }

  /** Takes away what an earlier run has left, secrets too. */
  async clear(): Promise<void> {
    await clearEngine(this.name);
    this.#forgetMade();
  }

  #forgetFiles(): void {
    this.#forgetMade();
    rmSync(join(this.site, ".."), { recursive: true, force: true });
  }

  #forgetMade(): void {
    for (const folder of [this.home, this.stack]) rmSync(folder, { recursive: true, force: true });
  }

  container(role: string): string {
    return `exploreiot-${this.name}-${role}`;
  }

  secret(name: string): string {
    return readFileSync(join(this.home, "secrets", name), "utf8");
  }

  /** Every secret value that this deployment has, by file name; of a private key a line that is all its own. */
  secrets(): ReadonlyMap<string, string> {
    const values = readdirSync(join(this.home, "secrets")).map((name) => [name, this.secret(name)] as const);
    return new Map([...values, ...this.#privateKeys()]);
  }

  #privateKeys(): readonly (readonly [string, string])[] {
    const folder = join(this.home, "pki");
    if (!existsSync(folder)) return [];
    return readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".key"))
      .map((name) => [name, readFileSync(join(folder, name), "utf8").split("\n")[2] as string]);
  }
}

export function kit(args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  return run([process.execPath, join(projectRoot, "bin", "exploreiot.js"), ...args], {
    expected: [0, 1, 2, 70, 130],
    ...options,
  });
}

/** Runs docker and returns what it prints. */
export async function docker(...args: readonly string[]): Promise<string> {
  return (await run(["docker", ...args])).stdout.trim();
}

export { until } from "./until.ts";
