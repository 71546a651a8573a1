import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DeploymentInput } from "../../config/schema.ts";
import { projectRoot } from "../../core/home.ts";
import { imageRecipes } from "../../core/images.ts";
import { makeAuthority, makeServerPair } from "../../pki/x509.ts";
import { run } from "../../runners/run.ts";
import { until } from "./e2e.ts";
import { pebbleFolder } from "./pebble-setup.ts";

const ANSWERS = "require('http').createServer((_, answer) => answer.end('ok')).listen(3000)";

export interface AcmePorts {
  readonly directory: number;
  readonly management: number;

  /** Where it connects to prove a name: the deployment's own. */
  readonly https: number;
  readonly dns: number;
  readonly dnsManagement: number;
}

/** A CA on this machine that speaks ACME (pebble), and the DNS that it believes. Its certificates live for a day. */
export class AcmeServer {
  readonly directory: string;

  /** PEM file of the CA behind the directory's own TLS. */
  readonly authority: string;
  readonly #folder = mkdtempSync(join(tmpdir(), "exploreiot-acme-"));
  readonly #address: string;
  readonly #ports: AcmePorts;
  #pebble: ChildProcess | undefined;
  #dns: ChildProcess | undefined;

  /** @param address of this machine at which containers reach it */
  constructor(address: string, ports: AcmePorts) {
    this.#address = address;
    this.#ports = ports;
    this.directory = `https://${address}:${ports.directory}/dir`;
    this.authority = join(this.#folder, "ca.pem");
  }

  /** Settings of a deployment whose certificate it issues, and whose page is nothing but an answer: quickly up. */
  get site() {
    return {
      tls: {
        certificate: {
          source: "acme",
          directory: this.directory,
          email: "ops@example.test",
          ca: this.authority,
        },
      },
      frontend: {
        image: imageRecipes(projectRoot, ["node"], { source: "auto" }).at(-1)?.tag,
        command: ["node", "-e", ANSWERS],
      },
      ...{ backend: { enabled: false }, postgres: { enabled: false }, redis: { enabled: false } },
    } satisfies Partial<DeploymentInput>;
  }

  /** @param leadsTo the address that every name has */
  async start(leadsTo: string): Promise<void> {
    const authority = await makeAuthority("directory CA");
    const { certificate, key } = await makeServerPair("pebble", [this.#address, "127.0.0.1"], authority);
    this.#write("ca.pem", authority.certificate);
    const { directory, management, https, dns, dnsManagement } = this.#ports;
    const pebble = {
      listenAddress: `0.0.0.0:${directory}`,
      managementListenAddress: `127.0.0.1:${management}`,
      certificate: this.#write("pebble.crt", certificate),
      privateKey: this.#write("pebble.key", key),
      httpPort: 1,
      tlsPort: https,
      profiles: { default: { description: "a day", validityPeriod: 86_400 } },
    };
    const config = this.#write("pebble.json", JSON.stringify({ pebble }));
    const none = ["-http01", "", "-https01", "", "-tlsalpn01", "", "-doh", "", "-defaultIPv6", ""];
    this.#dns = start("pebble-challtestsrv", [
      ...["-dnsserver", `127.0.0.1:${dns}`, "-defaultIPv4", leadsTo, ...none],
      ...["-management", `127.0.0.1:${dnsManagement}`],
    ]);
    this.#pebble = start("pebble", ["-config", config, "-dnsserver", `127.0.0.1:${dns}`]);
    await until("the ACME server", async () => listening(directory));
  }

  /** Changes the address that every name has. */
  async lead(address: string): Promise<void> {
    await fetch(`http://127.0.0.1:${this.#ports.dnsManagement}/set-default-ipv4`, {
      method: "POST",
      body: JSON.stringify({ ip: address }),
    });
  }

  /** The root that its certificates lead to, as PEM; another at each start. */
  async root(): Promise<string> {
    const address = `https://127.0.0.1:${this.#ports.management}/roots/0`;
    return (await run(["curl", "--silent", "--fail", "--cacert", this.authority, address])).stdout;
  }

  /** Ends the CA; its DNS stays. */
  async stop(): Promise<void> {
    await end(this.#pebble);
    this.#pebble = undefined;
  }

  async remove(): Promise<void> {
    await Promise.all([end(this.#pebble), end(this.#dns)]);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #write(name: string, text: string): string {
    const path = join(this.#folder, name);
    writeFileSync(path, text);
    return path;
  }
}

function start(program: string, args: readonly string[]): ChildProcess {
  const env = { ...process.env, PEBBLE_VA_NOSLEEP: "1", PEBBLE_WFE_NONCEREJECT: "0" };
  // Ends with the test, also when that is killed: one that stays would answer the next with its own CA.
  const argv = ["--pdeathsig", "KILL", join(pebbleFolder, program), ...args];
  return spawn("setpriv", argv, { stdio: "ignore", env });
}

async function end(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
}

async function listening(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
