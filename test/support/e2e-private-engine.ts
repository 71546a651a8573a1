import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { EngineError } from "../../runners/docker/engine-errors.ts";
import { type RunResult, run } from "../../runners/run.ts";
import { until } from "./e2e.ts";
import type { Namespaces } from "./e2e-namespaces.ts";
import { type EngineRoot, enter } from "./engine-root.ts";
import { DEBIAN_SCRIPT, ORDINARY, withoutRoot } from "./rootless.ts";

/** The user for `userns-remap`: root of a container is then none of the machine's users. */
export const REMAPPED = ORDINARY.name;

/** Where an engine runs: a network namespace, by its name, and how a program is started there. */
type Place = Pick<Namespaces, "machine" | "start">;

/**
 * A Docker engine of a test's own, with its own images and containers: it may be restarted, its rules are nobody
 * else's, and it can stand for another machine. It shares this machine's files.
 */
export class PrivateEngine {
  readonly folder = mkdtempSync("/var/tmp/exploreiot-engine-");
  readonly host = `unix://${join(this.folder, "docker.sock")}`;
  readonly #namespaces: Place | undefined;
  readonly #root: EngineRoot | "rootless" | undefined;
  readonly #subordinates = join(this.folder, "subordinates");
  #daemon: ChildProcess | undefined;

  /**
   * @param namespaces whose machine it runs in. By default it has a network namespace to itself, with loopback alone
   * @param root the file system whose engine it is, or `rootless` for this machine's own as an ordinary user. By default it
   * is this machine's own
   */
  constructor(namespaces?: Place, root?: EngineRoot | "rootless") {
    this.#namespaces = namespaces;
    this.#root = root;
  }

  /** @param settings what stands in daemon.json */
  async start(settings: object = {}): Promise<void> {
    const config = join(this.folder, "daemon.json");
    writeFileSync(config, JSON.stringify(settings));
    writeFileSync(this.#subordinates, `${REMAPPED}:200000:65536\n`);
    const argv = [
      ...["dockerd", "--config-file", config, "-H", this.host, "-p", join(this.folder, "pid")],
      ...["--data-root", join(this.folder, "data"), "--exec-root", join(this.folder, "run")],
    ];
    this.#daemon = this.#launch(argv, "userns-remap" in settings);
    await until("the private engine answers", async () => (await this.docker("version")).code === 0, 60_000);
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    const daemon = this.#daemon;
    if (daemon === undefined || daemon.exitCode !== null) return;
    const ended = once(daemon, "exit");
    daemon.kill(signal);
    await ended;
    this.#daemon = undefined;
  }

  /** Takes images over from the engine that made them. */
  async load(images: readonly string[]): Promise<void> {
    const pipe = `docker save "$@" | DOCKER_HOST=${this.host} docker load`;
    await run(["bash", "-euo", "pipefail", "-c", pipe, "load", ...images]);
  }

  /** Any exit code is an answer, and so is an engine that does not. */
  async docker(...args: readonly string[]): Promise<RunResult> {
    const options = { env: { DOCKER_HOST: this.host }, expected: [0, 1, 124, 125, 126, 127] };
    try {
      return await run(["docker", ...args], options);
    } catch (error) {
      if (error instanceof EngineError) return { code: 1, stdout: "", stderr: error.message };
      throw error;
    }
  }

  /** The output of docker; an error if it fails. */
  async output(...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.docker(...args);
    if (code !== 0) throw new Error(`docker ${args[0]}: ${stderr}`);
    return stdout.trim();
  }

  /** Runs a program next to the engine, in the network namespace of its machine; any exit code is an answer. */
  inside(...argv: readonly string[]) {
    const expected = Array.from({ length: 256 }, (_, code) => code);
    return run(["nsenter", "--net", "--target", String(this.#daemon?.pid), "--", ...argv], { expected });
  }

  /** Removes every container, ends the engine and its own containerd, and forgets its images. */
  async remove(): Promise<void> {
    const { stdout } = await this.docker("ps", "--all", "--quiet");
    const ids = stdout.split("\n").filter(Boolean);
    if (ids.length > 0) await this.docker("rm", "--force", "--volumes", ...ids);
    await this.stop();
    for (const mount of mountsBelow(this.folder)) await run(["umount", "--lazy", mount]);
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** nsenter and unshare, not `ip netns exec`, which mounts /sys again and so hides the cgroups. */
  #launch(argv: readonly string[], remapped: boolean): ChildProcess {
    if (this.#namespaces !== undefined) {
      const inside = this.#enter(argv);
      return this.#namespaces.start(this.#namespaces.machine, inside);
    }
    const up = 'ip link set lo up; exec "$@"';
    if (!remapped)
      return spawn("unshare", ["--net", "sh", "-euc", up, "dockerd", ...argv], { stdio: "ignore" });
    // With mounts of its own: the ids that it may use stand in a file that nobody else sees.
    const ids = 'for file in /etc/subuid /etc/subgid; do mount --bind "$0" "$file"; done';
    // Root of its containers, who is nobody here, has to pass through.
    chmodSync(this.folder, 0o711);
    const inside = ["sh", "-euc", `${ids}; ${up}`, this.#subordinates, ...argv];
    return spawn("unshare", ["--net", "--mount", ...inside], { stdio: "ignore" });
  }

  #enter(argv: readonly string[]): readonly string[] {
    if (this.#root === undefined) return argv;
    const rootless = (script?: string) => withoutRoot(this.folder, this.#subordinates, argv.slice(1), script);
    if (this.#root === "rootless") return rootless();
    return enter(this.#root, this.folder, this.#root.isRootless ? rootless(DEBIAN_SCRIPT) : argv);
  }
}

/** The mounts that an engine left when it was ended: the network namespace of the host, as one of its sandboxes. */
const mountsBelow = (folder: string): readonly string[] =>
  readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[1] ?? "")
    .filter((mount) => mount.startsWith(`${folder}/`))
    .reverse();
