import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { run } from "../../runners/run.ts";
import { until } from "./e2e.ts";
import { PrivateEngine } from "./e2e-private-engine.ts";

/** Documentation addresses (RFC 5737): this machine, where the clients are, and the machines from .11 on. */
const NETWORK = "198.51.100";
export const CLIENTS = `${NETWORK}.1`;

/** A machine with a Docker engine, on the wire with the others. Its network namespace is its own, its files are this machine's. */
export class Machine {
  readonly name: string;
  readonly address: string;
  readonly engine: PrivateEngine;
  readonly namespace: string;
  readonly #wire: Wire;
  readonly #number: number;

  constructor(wire: Wire, number: number) {
    this.#wire = wire;
    this.#number = number;
    this.name = `machine-${number}`;
    this.address = `${NETWORK}.${10 + number}`;
    this.namespace = `${wire.name}-${number}`;
    this.engine = new PrivateEngine({
      machine: this.namespace,
      start: (_, argv) => wire.start(this.namespace, this.name, argv),
    });
  }

  /** Takes it off the wire, or puts it back; nothing on it is told. */
  async setOnWire(isOn: boolean): Promise<void> {
    const link = ["ip", "-n", this.#wire.name, "link", "set", `m${this.#number}`, isOn ? "up" : "down"];
    await run(link as [string, ...string[]]);
  }

  /** All of it ends in one moment, as when the power fails; `engine.start` is its next boot. */
  async lose(): Promise<void> {
    await this.setOnWire(false);
    const ids = new Set(
      (await this.engine.output("ps", "--quiet", "--no-trunc")).split("\n").filter(Boolean),
    );
    await this.engine.stop("SIGKILL");
    const left = () => processesOf(ids);
    await until("nothing runs on it", () => {
      for (const pid of left()) kill(pid);
      return Promise.resolve(left().length === 0);
    });
  }
}

/** Machines on one switch, this one among them. */
export class Wire {
  readonly name = `sww-${process.pid}`;
  readonly machines: readonly Machine[];
  readonly #children: ChildProcess[] = [];

  constructor(count: number) {
    this.machines = Array.from({ length: count }, (_, index) => new Machine(this, index + 1));
  }

  async open(): Promise<void> {
    const host = `sw${process.pid}`;
    const lines = [
      `ip netns add ${this.name}; ip -n ${this.name} link add br0 type bridge; ip -n ${this.name} link set br0 up`,
      `ip link add ${host} type veth peer name m0 netns ${this.name}`,
      `ip -n ${this.name} link set m0 master br0 up; ip link set ${host} up; ip address add ${CLIENTS}/24 dev ${host}`,
      ...this.machines.map(
        ({ namespace, address }, index) =>
          `ip netns add ${namespace}; ip -n ${namespace} link set lo up
          ip link add m${index + 1} netns ${this.name} type veth peer name eth0 netns ${namespace}
          ip -n ${this.name} link set m${index + 1} master br0 up; ip -n ${namespace} link set eth0 up
          ip -n ${namespace} address add ${address}/24 dev eth0; ip -n ${namespace} route add default via ${CLIENTS}`,
      ),
    ];
    await run(["sh", "-euc", lines.join("\n")]);
  }

  /** With a host name of its own, by which a swarm knows it. */
  start(namespace: string, hostname: string, argv: readonly string[]): ChildProcess {
    const inside = ["unshare", "--uts", "sh", "-euc", 'hostname "$0"; exec "$@"', hostname, ...argv];
    const child = spawn("nsenter", [`--net=/run/netns/${namespace}`, "--", ...inside], { stdio: "ignore" });
    this.#children.push(child);
    return child;
  }

  async close(): Promise<void> {
    for (const child of this.#children.filter(
      ({ exitCode, signalCode }) => exitCode === null && signalCode === null,
    )) {
      const ended = once(child, "exit");
      child.kill();
      await ended;
    }
    for (const name of [...this.machines.map(({ namespace }) => namespace), this.name])
      await run(["ip", "netns", "delete", name], { expected: [0, 1] });
  }
}

/**
 * One swarm of the machines.
 *
 * @param managers how many of them manage it, from the first on
 */
export async function joinSwarm(machines: readonly Machine[], managers = 1): Promise<void> {
  const [first, ...others] = machines as [Machine, ...Machine[]];
  await first.engine.output("swarm", "init", "--advertise-addr", first.address);
  for (const [index, { engine, address }] of others.entries()) {
    const role = index + 1 < managers ? "manager" : "worker";
    const token = await first.engine.output("swarm", "join-token", "--quiet", role);
    await engine.output(
      ...["swarm", "join", "--token", token, "--advertise-addr", address, `${first.address}:2377`],
    );
  }
}

/** The end of the machines, their swarm and their wire. */
export async function endMachines(wire: Wire): Promise<void> {
  for (const { engine } of wire.machines.toReversed()) await engine.docker("swarm", "leave", "--force");
  for (const { engine } of wire.machines) await engine.remove();
  await wire.close();
}

/** The processes in the cgroups of containers. */
function processesOf(ids: ReadonlySet<string>): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => [...(cgroups(pid).matchAll(/[0-9a-f]{64}/g) ?? [])].some(([id]) => ids.has(id)))
    .map(Number);
}

function cgroups(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cgroup`, "utf8");
  } catch {
    return "";
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
