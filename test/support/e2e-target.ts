import { createHash, randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../../core/home.ts";
import { imageRecipes } from "../../core/images.ts";
import { ensureImages } from "../../runners/images/ensure.ts";
import { run } from "../../runners/run.ts";
import { docker, until } from "./e2e.ts";

/** Debian's own packages of both servers. */
const DOCKERFILE = (base: string) => `FROM ${base}
RUN set -eu; apt-get update -qq; \\
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends restic-rest-server openssh-server >/dev/null; \\
    rm -rf /var/lib/apt/lists/* /etc/ssh/ssh_host_*; mkdir -p /run/sshd /srv/rest /srv/sftp /srv/full; chown backup /srv/sftp
USER 0:0
`;

const REST_PORT = 8000;
const USER = "iot";
const PASSWORD = "opens the server";

/**
 * A machine elsewhere that takes backups, over SFTP (OpenSSH) and over HTTPS (restic's own server): a container without a
 * network of Docker's, with a wire to this machine, which containers reach by the way out of their network.
 */
export class BackupTarget {
  readonly name = `exploreiot-test-${randomBytes(4).toString("hex")}`;
  readonly address: string;
  readonly #gateway: string;
  readonly #wire: string;
  readonly #folder = mkdtempSync(join(tmpdir(), "exploreiot-test-"));

  /** @param number tells the targets of tests apart that run at the same time */
  constructor(number: number) {
    // Documentation addresses (RFC 5737).
    this.#gateway = `203.0.113.${4 * number + 1}`;
    this.address = `203.0.113.${4 * number + 2}`;
    this.#wire = `xbt${number}`;
  }

  get rest(): string {
    return `rest:https://${this.address}:${REST_PORT}/${USER}/`;
  }

  /** @param folder `sftp`, or `full`, which has 8 MiB */
  sftp(folder = "sftp"): string {
    return `sftp:backup@${this.address}:/srv/${folder}`;
  }

  /** The credentials of each server, by the variables of backup.credentials; keys without a line end, as secrets are kept. */
  credentials(kind: "rest" | "sftp"): Readonly<Record<string, string>> {
    const file = (name: string) => readFileSync(join(this.#folder, name), "utf8").trimEnd();
    if (kind === "rest")
      return {
        RESTIC_REST_USERNAME: USER,
        RESTIC_REST_PASSWORD: PASSWORD,
        RESTIC_CACERT: file("server.crt"),
      };
    return {
      SSH_PRIVATE_KEY: file("client"),
      SSH_KNOWN_HOSTS: `${this.address} ${file("host.pub")}`,
    };
  }

  /** A key that no server knows: its two halves. */
  get stranger(): { readonly private: string; readonly public: string } {
    const file = (name: string) => readFileSync(join(this.#folder, name), "utf8").trimEnd();
    return { private: file("stranger"), public: file("stranger.pub") };
  }

  async open(): Promise<void> {
    await this.#files();
    const image = await this.#image();
    await run(["ip", "link", "delete", this.#wire], { expected: [0, 1] });
    await docker(
      ...["run", "--detach", "--name", this.name, "--init", "--network", "none"],
      ...["--tmpfs", "/srv/full:size=8m,uid=34", "--volume", `${this.#folder}:/target:ro`, image],
      ...["sleep", "infinity"],
    );
    const pid = await docker("inspect", "--format", "{{.State.Pid}}", this.name);
    const inside = `nsenter --net=/proc/${pid}/ns/net ip`;
    await run([
      "sh",
      "-euc",
      `ip link add ${this.#wire} type veth peer name eth0 netns ${pid}
      ip address add ${this.#gateway}/30 dev ${this.#wire}; ip link set ${this.#wire} up
      ${inside} address add ${this.address}/30 dev eth0; ${inside} link set eth0 up
      ${inside} route add default via ${this.#gateway}`,
    ]);
    await docker(
      "exec",
      this.name,
      "bash",
      "-c",
      "cp /target/host /target/authorized /etc/ssh; chmod 0600 /etc/ssh/host; chmod 0644 /etc/ssh/authorized",
    );
    await this.start("sftp");
    await this.start("rest");
  }

  /** @param more bytes that the REST server takes at most. @default - as many as there is room */
  async start(kind: "rest" | "sftp", more?: number): Promise<void> {
    const [port, ...command] =
      kind === "sftp"
        ? [22, "/usr/sbin/sshd", "-D", "-f", "/target/sshd_config"]
        : [
            REST_PORT,
            ...["restic-rest-server", "--path", "/srv/rest", "--htpasswd-file", "/target/htpasswd"],
            ...[
              "--private-repos",
              "--tls",
              "--tls-cert",
              "/target/server.crt",
              "--tls-key",
              "/target/server.key",
            ],
            ...(more === undefined ? [] : ["--max-size", String(more)]),
          ];
    await docker("exec", "--detach", this.name, ...command.map(String));
    await until(`the ${kind} server listens`, async () => {
      const probe = await run(["bash", "-c", `exec 3<>/dev/tcp/${this.address}/${port}`], {
        expected: [0, 1],
      });
      return probe.code === 0;
    });
  }

  /** At once, with every connection. */
  async kill(kind: "rest" | "sftp"): Promise<void> {
    await docker("exec", this.name, "pkill", "-KILL", kind === "sftp" ? "sshd" : "restic-rest");
  }

  /** How much of the target's disk a server's data takes. */
  async kibibytes(kind: "rest" | "sftp"): Promise<number> {
    return Number.parseInt(await docker("exec", this.name, "du", "-sk", `/srv/${kind}`), 10);
  }

  async close(): Promise<void> {
    await run(["docker", "rm", "--force", this.name], { expected: [0, 1] });
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #files(): Promise<void> {
    mkdirSync(this.#folder, { recursive: true });
    const path = (name: string) => join(this.#folder, name);
    for (const name of ["host", "client", "stranger"])
      await run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path(name)]);
    writeFileSync(path("authorized"), readFileSync(path("client.pub")));
    const hash = createHash("sha1").update(PASSWORD).digest("base64");
    writeFileSync(path("htpasswd"), `${USER}:{SHA}${hash}\n`);
    await run([
      ...([
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
      ] as const),
      ...["-days", "2", "-subj", "/CN=backups", "-addext", `subjectAltName=IP:${this.address}`],
      ...["-keyout", path("server.key"), "-out", path("server.crt")],
    ]);
    const settings = [
      ...["HostKey /etc/ssh/host", "AuthorizedKeysFile /etc/ssh/authorized", "StrictModes no", "UsePAM no"],
      ...["PasswordAuthentication no", "PidFile none", "Subsystem sftp internal-sftp"],
    ];
    writeFileSync(path("sshd_config"), `${settings.join("\n")}\n`);
  }

  async #image(): Promise<string> {
    const recipes = imageRecipes(projectRoot, ["base"], { source: "auto" });
    await ensureImages(recipes, { projectRoot, report: (line) => process.stderr.write(`${line}\n`) });
    const base = recipes.at(-1)?.tag as string;
    const text = DOCKERFILE(base);
    const tag = `exploreiot-test/target:${createHash("sha256").update(text).digest("hex").slice(0, 16)}`;
    const { code } = await run(["docker", "image", "inspect", tag], { expected: [0, 1] });
    if (code !== 0) await run(["docker", "build", "--quiet", "--tag", tag, "-"], { input: text });
    return tag;
  }
}
