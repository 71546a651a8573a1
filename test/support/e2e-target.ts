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

/** From npm. It looks at the names of keys, and not at what they sign. */
export const S3_SERVER = "s3rver@3.7.1";
export const S3_KEY = "S3RVER";

export type Server = "rest" | "sftp" | "s3";

const HTTPS_PORT = 8000;
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

  readonly #servers: readonly Server[];

  /**
   * @param number tells the targets of tests apart that run at the same time
   * @param servers @default - those of Debian
   */
  constructor(number: number, servers: readonly Server[] = ["sftp", "rest"]) {
    this.#servers = servers;
    // Documentation addresses (RFC 5737).
    this.#gateway = `203.0.113.${4 * number + 1}`;
    this.address = `203.0.113.${4 * number + 2}`;
    this.#wire = `xbt${number}`;
  }

  get rest(): string {
    return `rest:https://${this.address}:${HTTPS_PORT}/${USER}/`;
  }

  get s3(): string {
    return `s3:https://${this.address}:${HTTPS_PORT}/${USER}`;
  }

  /** @param folder `sftp`, or `full`, which has 8 MiB */
  sftp(folder = "sftp"): string {
    return `sftp:backup@${this.address}:/srv/${folder}`;
  }

  /** The credentials of each server, by the variables of backup.credentials; keys without a line end, as secrets are kept. */
  credentials(kind: Server): Readonly<Record<string, string>> {
    const file = (name: string) => readFileSync(join(this.#folder, name), "utf8").trimEnd();
    if (kind === "s3")
      return {
        AWS_ACCESS_KEY_ID: S3_KEY,
        AWS_SECRET_ACCESS_KEY: S3_KEY,
        RESTIC_CACERT: file("server.crt"),
      };
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
      ...["--user", "0:0", "--tmpfs", "/srv/s3", "--tmpfs", "/srv/full:size=8m,uid=34"],
      ...["--volume", `${this.#folder}:/target:ro`, image],
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
    const keys =
      "cp /target/host /target/authorized /etc/ssh; chmod 0600 /etc/ssh/host; chmod 0644 /etc/ssh/authorized";
    if (this.#servers.includes("sftp")) await docker("exec", this.name, "bash", "-c", keys);
    for (const server of this.#servers) await this.start(server);
  }

  /** @param more bytes that the REST server takes at most. @default - as many as there is room */
  async start(kind: Server, more?: number): Promise<void> {
    const [port, ...command] = commandOf(kind, more);
    await docker("exec", "--detach", this.name, ...command);
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
    if (this.#servers.includes("s3"))
      await run(["npm", "install", "--no-audit", "--no-fund", "--prefix", this.#folder, S3_SERVER]);
    const settings = [
      ...["HostKey /etc/ssh/host", "AuthorizedKeysFile /etc/ssh/authorized", "StrictModes no", "UsePAM no"],
      ...["PasswordAuthentication no", "PidFile none", "Subsystem sftp internal-sftp"],
    ];
    writeFileSync(path("sshd_config"), `${settings.join("\n")}\n`);
  }

  async #image(): Promise<string> {
    const isS3 = this.#servers.includes("s3");
    const recipes = imageRecipes(projectRoot, [isS3 ? "node" : "base"], { source: "auto" });
    await ensureImages(recipes, { projectRoot, report: (line) => process.stderr.write(`${line}\n`) });
    const parent = recipes.at(-1)?.tag as string;
    if (isS3) return parent;
    const text = DOCKERFILE(parent);
    const tag = `exploreiot-test/target:${createHash("sha256").update(text).digest("hex").slice(0, 16)}`;
    const { code } = await run(["docker", "image", "inspect", tag], { expected: [0, 1] });
    if (code !== 0) await run(["docker", "build", "--quiet", "--tag", tag, "-"], { input: text });
    return tag;
  }
}

/** The port of a server, and its command line in the container. */
function commandOf(server: Server, more?: number): readonly [number, ...string[]] {
  const tls = ["/target/server.crt", "/target/server.key"] as const;
  if (server === "sftp") return [22, "/usr/sbin/sshd", "-D", "-f", "/target/sshd_config"];
  if (server === "s3")
    return [
      ...([HTTPS_PORT, "node", "/target/node_modules/s3rver/bin/s3rver.js"] as const),
      ...["--directory", "/srv/s3", "--address", "0.0.0.0", "--port", String(HTTPS_PORT)],
      ...["--cert", tls[0], "--key", tls[1], "--configure-bucket", USER],
    ];
  return [
    ...([HTTPS_PORT, "restic-rest-server", "--path", "/srv/rest"] as const),
    ...["--htpasswd-file", "/target/htpasswd", "--private-repos"],
    ...["--tls", "--tls-cert", tls[0], "--tls-key", tls[1]],
    ...(more === undefined ? [] : ["--max-size", String(more)]),
  ];
}
