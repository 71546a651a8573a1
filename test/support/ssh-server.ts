import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createConnection } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { run } from "../../runners/run.ts";
import { until } from "./e2e.ts";

/**
 * An SSH server on loopback with keys of its own, through which a Docker engine is reached. The client's key, and the
 * only host key that it accepts, are in its folder; nobody's own SSH files are read or changed.
 */
export class SshServer {
  readonly folder = mkdtempSync(join(tmpdir(), "exploreiot-ssh-"));
  readonly port: number;

  /** To be put in front of PATH: an `ssh` that knows this server alone. */
  readonly bin = join(this.folder, "bin");
  #server: ChildProcess | undefined;

  constructor(port: number) {
    this.port = port;
  }

  get host(): string {
    return `ssh://root@127.0.0.1:${this.port}`;
  }

  /** @param engine where the server's own Docker client looks for its engine */
  async start(engine: string): Promise<void> {
    const path = (name: string) => join(this.folder, name);
    for (const name of ["host", "client"])
      await run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path(name)]);
    const public_ = (name: string) => readFileSync(path(`${name}.pub`), "utf8");
    writeFileSync(path("authorized"), public_("client"), { mode: 0o600 });
    writeFileSync(path("known_hosts"), `[127.0.0.1]:${this.port} ${public_("host")}`);
    const settings = [
      `Port ${this.port}`,
      "ListenAddress 127.0.0.1",
      `HostKey ${path("host")}`,
      `AuthorizedKeysFile ${path("authorized")}`,
      "StrictModes no",
      "PasswordAuthentication no",
      "PermitRootLogin prohibit-password",
      "UsePAM no",
      "MaxStartups 100",
      "MaxSessions 100",
      "PidFile none",
      `SetEnv DOCKER_HOST=${engine}`,
    ];
    writeFileSync(path("sshd_config"), `${settings.join("\n")}\n`);
    this.#client(path);
    mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
    this.#server = spawn("/usr/sbin/sshd", ["-D", "-e", "-f", path("sshd_config")], { stdio: "ignore" });
    await until("the SSH server listens", () => this.#listens());
  }

  async stop(): Promise<void> {
    if (this.#server?.exitCode === null) {
      const ended = once(this.#server, "exit");
      this.#server.kill();
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  #client(path: (name: string) => string): void {
    const options = [
      "StrictHostKeyChecking=yes",
      `UserKnownHostsFile=${path("known_hosts")}`,
      "GlobalKnownHostsFile=/dev/null",
      `IdentityFile=${path("client")}`,
      "IdentitiesOnly=yes",
    ];
    mkdirSync(this.bin);
    const flags = options.map((option) => `-o ${option}`).join(" ");
    writeFileSync(join(this.bin, "ssh"), `#!/bin/sh\nexec /usr/bin/ssh -F /dev/null ${flags} "$@"\n`);
    chmodSync(join(this.bin, "ssh"), 0o755);
  }

  #listens(): Promise<boolean> {
    return new Promise((resolve) => {
      const socket = createConnection({ port: this.port, host: "127.0.0.1" });
      socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
      socket.once("connect", () => socket.destroy());
    });
  }
}
