import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../engines/run.ts";
import { until } from "./e2e.ts";
import type { Namespaces } from "./e2e-namespaces.ts";

/**
 * A Docker engine of its own in the machine's namespace: it may be restarted, and its rules are nobody else's.
 * nsenter and not `ip netns exec`, which mounts /sys anew and so hides the cgroups.
 */
export class PrivateEngine {
  readonly folder = mkdtempSync("/var/tmp/exploreiot-engine-");
  readonly host = `unix://${join(this.folder, "docker.sock")}`;
  readonly #namespaces: Namespaces;
  #daemon: ChildProcess | undefined;

  constructor(namespaces: Namespaces) {
    this.#namespaces = namespaces;
  }

  /** @param settings what stands in daemon.json */
  async start(settings: object = {}): Promise<void> {
    const config = join(this.folder, "daemon.json");
    writeFileSync(config, JSON.stringify(settings));
    this.#daemon = this.#namespaces.start(this.#namespaces.machine, [
      ...["dockerd", "--config-file", config, "-H", this.host, "-p", join(this.folder, "pid")],
      ...["--data-root", join(this.folder, "data"), "--exec-root", join(this.folder, "run")],
    ]);
    await until("the private engine answers", async () => (await this.docker("version")).code === 0, 60_000);
  }

  async stop(): Promise<void> {
    const daemon = this.#daemon;
    if (daemon === undefined) return;
    const ended = once(daemon, "exit");
    daemon.kill();
    await ended;
    this.#daemon = undefined;
  }

  /** Takes images over from the engine that made them. */
  async load(images: readonly string[]): Promise<void> {
    const pipe = `docker save "$@" | DOCKER_HOST=${this.host} docker load`;
    await run(["bash", "-euo", "pipefail", "-c", pipe, "load", ...images]);
  }

  /** Any exit code is an answer. */
  docker(...args: readonly string[]) {
    return run(["docker", ...args], {
      env: { DOCKER_HOST: this.host },
      expected: [0, 1, 124, 125, 126, 127],
    });
  }

  /** Removes every container, ends the engine and its own containerd, and forgets its images. */
  async remove(): Promise<void> {
    const { stdout } = await this.docker("ps", "--all", "--quiet");
    const ids = stdout.split("\n").filter(Boolean);
    if (ids.length > 0) await this.docker("rm", "--force", "--volumes", ...ids);
    await this.stop();
    // The engine leaves it mounted.
    await run(["umount", join(this.folder, "run", "netns", "default")], { expected: [0, 1, 32] });
    rmSync(this.folder, { recursive: true, force: true });
  }
}
