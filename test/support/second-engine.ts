import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../engines/run.ts";
import { until } from "./e2e.ts";

/**
 * A Docker engine that stands for another machine: own images, containers and network namespace. It shares this
 * machine's files, as a server has its own.
 */
export class SecondEngine {
  readonly folder = mkdtempSync("/var/tmp/exploreiot-second-");
  readonly socket = join(this.folder, "docker.sock");
  readonly host = `unix://${this.socket}`;
  #daemon: ChildProcess | undefined;

  async start(): Promise<void> {
    const config = join(this.folder, "daemon.json");
    writeFileSync(config, "{}");
    const log = openSync(join(this.folder, "log"), "a");
    const dockerd = `ip link set lo up; exec dockerd --config-file ${config} -H ${this.host} -p ${this.folder}/pid --data-root ${this.folder}/data --exec-root ${this.folder}/run`;
    this.#daemon = spawn("unshare", ["--net", "sh", "-c", dockerd], { stdio: ["ignore", log, log] });
    await until("the second engine answers", async () => (await this.docker("version")).code === 0, 60_000);
  }

  /** Takes images over from the engine that made them. */
  async load(images: readonly string[]): Promise<void> {
    const pipe = `docker save "$@" | DOCKER_HOST=${this.host} docker load`;
    await run(["bash", "-euo", "pipefail", "-c", pipe, "load", ...images]);
  }

  /** Any exit code is an answer. */
  docker(...args: readonly string[]) {
    return run(["docker", ...args], { env: { DOCKER_HOST: this.host }, expected: [0, 1, 125, 126, 127] });
  }

  /** What docker prints; an error if it fails. */
  async output(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.docker(...args);
    if (code !== 0) throw new Error(`docker ${args[0]}: ${stderr}`);
    return stdout.trim();
  }

  /** Runs a program beside the engine, in the network namespace of its machine; any exit code is an answer. */
  inside(...argv: readonly string[]) {
    const expected = Array.from({ length: 256 }, (_, code) => code);
    return run(["nsenter", "--net", "--target", String(this.#daemon?.pid), "--", ...argv], { expected });
  }

  /** Removes every container, ends the engine and its own containerd, and forgets its images. */
  async remove(): Promise<void> {
    const ids = (await this.docker("ps", "--all", "--quiet")).stdout.split("\n").filter(Boolean);
    if (ids.length > 0) await this.docker("rm", "--force", "--volumes", ...ids);
    if (this.#daemon?.exitCode === null) {
      const ended = once(this.#daemon, "exit");
      this.#daemon.kill();
      await ended;
    }
    for (const mount of mountsBelow(this.folder)) await run(["umount", "--lazy", mount]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** What an engine that was ended has left mounted: the network namespace of the host, as one of its sandboxes. */
const mountsBelow = (folder: string): readonly string[] =>
  readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[1] ?? "")
    .filter((mount) => mount.startsWith(`${folder}/`))
    .reverse();
