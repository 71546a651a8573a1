import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer, type Server, type Socket, connect as tcp } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseDeployment } from "../../config/parse.ts";
import type { DeploymentInput } from "../../config/schema.ts";
import { SecretStore } from "../../core/secrets.ts";
import { makeAuthority, makeDevicePair, makeRevocationList, makeServerPair } from "../../pki/x509.ts";
import { CERTIFICATES } from "../../services/certificates/certificates.ts";
import type { Deployment } from "../../services/deployment.ts";
import { accessControlList, passwordFile } from "../../services/mosquitto/access.ts";
import { bridgeUsers } from "../../services/mosquitto/bridge.ts";
import { brokerUsers, mosquittoConf } from "../../services/mosquitto/mosquitto.ts";
import { devicePatterns } from "../../services/mosquitto/tls.ts";
import { BROKER_ALONE } from "./broker-alone.ts";
import { until } from "./until.ts";

/** Why no broker can be run here; undefined where one can. */
export const missingBroker = (() => {
  try {
    execFileSync("mosquitto", ["-h"], { stdio: "ignore" });
    return undefined;
  } catch (error) {
    // It ends with 3 after its help.
    return (error as { code?: string }).code === "ENOENT" ? "mosquitto is not installed" : undefined;
  }
})();

/** A line between two brokers, which can be cut. */
export class Line {
  readonly #open = new Set<Socket>();
  #isWhole = true;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /**
   * @param to port on loopback, asked for at each connection
   * @param from address that it begins at. @default - loopback
   */
  static async lay(to: () => number, from = "127.0.0.1"): Promise<Line> {
    const server = createServer();
    const line = new Line(server);
    server.on("connection", (socket) => line.#join(socket, to()));
    await new Promise<void>((resolve) => server.listen(0, from, resolve));
    return line;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  #join(from: Socket, port: number): void {
    from.on("error", () => undefined);
    if (!this.#isWhole) {
      from.destroy();
      return;
    }
    const to = tcp(port, "127.0.0.1");
    for (const [one, other] of [
      [from, to],
      [to, from],
    ] as const) {
      this.#open.add(one);
      one
        .on("error", () => other.destroy())
        .on("close", () => {
          this.#open.delete(one);
          other.destroy();
        });
      one.pipe(other);
    }
  }

  cut(): void {
    this.#isWhole = false;
    for (const socket of this.#open) socket.destroy();
  }

  heal(): void {
    this.#isWhole = true;
  }

  async takeUp(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** A process of Mosquitto with the files of a deployment, without the plugin that only the image has. */
export class BrokerProcess {
  readonly #folder: string;
  readonly #port: number;
  readonly #secrets: SecretStore;
  #process: ChildProcess | undefined;

  /**
   * @param port on loopback, for clients with passwords
   * @param replaced in mosquitto.conf: what the deployment says, and what it is here
   * @param files that the deployment would deliver, by their path in its container
   */
  constructor(
    deployment: Deployment,
    port: number,
    replaced: Readonly<Record<string, string>>,
    files: Readonly<Record<string, string>> = {},
  ) {
    this.#folder = mkdtempSync(join(tmpdir(), "exploreiot-broker-"));
    this.#port = port;
    this.#secrets = new SecretStore(join(this.#folder, "home"));
    const users = brokerUsers(deployment);
    const conf = mosquittoConf(deployment)
      .split("\n")
      .filter((line) => !line.startsWith("plugin"))
      .join("\n");
    const all: Readonly<Record<string, string>> = {
      "/run/exploreiot/acl": accessControlList(
        [...users, ...bridgeUsers(deployment)],
        devicePatterns(deployment),
      ),
      "/run/exploreiot/passwords": this.#secrets.textOf(passwordFile(users)),
      ...files,
    };
    for (const [path, text] of Object.entries(all)) {
      mkdirSync(join(this.#folder, path, ".."), { recursive: true });
      writeFileSync(join(this.#folder, path), text, { mode: 0o600 });
    }
    mkdirSync(join(this.#folder, "mosquitto/data"), { recursive: true });
    let text = conf
      .replace("listener 1883", `listener ${port} 127.0.0.1`)
      .replaceAll(/ (\/(?:run|mosquitto|certs)\/)/g, ` ${this.#folder}$1`);
    for (const [before, after] of Object.entries(replaced)) {
      if (!text.includes(before)) throw new Error(`mosquitto.conf has no ${before}`);
      text = text.replace(before, after);
    }
    // Started by root it would become another user, who cannot read these files.
    writeFileSync(this.#conf, process.getuid?.() === 0 ? `${text}user root\n` : text);
  }

  get #conf(): string {
    return join(this.#folder, "mosquitto.conf");
  }

  get log(): string {
    return readFileSync(join(this.#folder, "log"), "utf8");
  }

  /** Changes a file that the deployment delivers; the broker reads it at its next start. */
  deliver(path: string, text: string): void {
    writeFileSync(join(this.#folder, path), text);
  }

  password(user: string): string {
    return this.#secrets.value(`mqtt-${user}-password`);
  }

  async start(): Promise<void> {
    const child = spawn("sh", [
      "-c",
      `exec mosquitto -c "$1" 2>>"$2"`,
      ...["sh", this.#conf, join(this.#folder, "log")],
    ]);
    this.#process = child;
    await until("the broker listens", async () => {
      if (child.exitCode !== null) throw new Error(`the broker ended: ${this.log}`);
      return listens(this.#port);
    });
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<void> {
    const child = this.#process;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill(signal);
    await ended;
  }

  async remove(): Promise<void> {
    await this.stop("SIGKILL");
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = tcp(port, "127.0.0.1");
    socket
      .on("error", () => resolve(false))
      .on("connect", () => {
        socket.destroy();
        resolve(true);
      });
  });

/** A port that nobody has at the moment. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A site and the centre that it hands its readings on to, with the line between them. */
export async function bridgedBrokers(
  site: NonNullable<DeploymentInput["mosquitto"]>,
  centre: NonNullable<DeploymentInput["mosquitto"]>,
  bridge: Partial<NonNullable<NonNullable<DeploymentInput["mosquitto"]>["bridge"]>>,
) {
  const authority = await makeAuthority("centre");
  const server = await makeServerPair("centre", ["localhost", "127.0.0.1"], authority);
  const own = await makeDevicePair("lyon", authority);
  const other = await makeDevicePair("paris", authority);
  const files = mkdtempSync(join(tmpdir(), "exploreiot-bridge-"));
  const file = (name: string, text: string) => {
    writeFileSync(join(files, name), text);
    return join(files, name);
  };
  const [plain, tls, sitePort] = [await freePort(), await freePort(), await freePort()] as const;
  const line = await Line.lay(() => tls);
  const central = parseDeployment(
    {
      ...BROKER_ALONE,
      name: "centre",
      listeners: { mqtt: { enabled: true }, mqtts: { enabled: true } },
      tls: { mqttClients: "certificates" },
      mosquitto: centre,
    },
    "test",
  );
  const edge = parseDeployment(
    {
      ...BROKER_ALONE,
      name: "lyon",
      secrets: { "mosquitto-bridge-key": { file: "lyon.key" } },
      mosquitto: {
        ...site,
        bridge: {
          ...{ host: "192.0.2.1", ca: file("ca.crt", authority.certificate) },
          ...{ certificate: file("lyon.crt", own.certificate), ...bridge },
        },
      },
    },
    "test",
  );
  const brokers = {
    centre: new BrokerProcess(
      central,
      plain,
      { "listener 8883": `listener ${tls} 127.0.0.1` },
      {
        [`${CERTIFICATES}/current/edge.crt`]: server.certificate,
        [`${CERTIFICATES}/current/edge.key`]: server.key,
        [`${CERTIFICATES}/devices/ca.crt`]: authority.certificate,
        [`${CERTIFICATES}/devices/crl.pem`]: await makeRevocationList(authority, []),
      },
    ),
    site: new BrokerProcess(
      edge,
      sitePort,
      {
        "address 192.0.2.1:8883": `address localhost:${line.port}`,
        "restart_timeout 1 30": "restart_timeout 1 1",
      },
      {
        "/run/exploreiot/bridge-ca.crt": authority.certificate,
        "/run/exploreiot/bridge.crt": own.certificate,
        "/run/exploreiot/bridge.key": own.key,
      },
    ),
  };
  return {
    ...brokers,
    line,
    ports: { centre: plain, centreTls: tls, site: sitePort },
    /** Of another site. */
    other: { ca: authority.certificate, servername: "localhost", cert: other.certificate, key: other.key },
    async remove() {
      await line.takeUp();
      await Promise.all([brokers.centre.remove(), brokers.site.remove()]);
      rmSync(files, { recursive: true });
    },
  };
}
