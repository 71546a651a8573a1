import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable } from "node:stream";
import { projectRoot } from "../../core/home.ts";
import { run } from "../../runners/run.ts";

/** Documentation addresses (RFC 5737, RFC 3849): nothing here can be mistaken for a real machine. */
export const ADDRESS = {
  machine: { v4: "198.51.100.1", v6: "2001:db8:51::1" },
  outside: { v4: "198.51.100.2", v6: "2001:db8:51::2" },
} as const;

/** The wire to the network that slirp4netns makes, with the addresses that it always gives (its manual, "--configure"). */
const WAY_OUT = { device: "tap0", address: "10.0.2.100", gateway: "10.0.2.2" } as const;

/**
 * Two network namespaces with a wire between them: a machine, whose only way out is `wan0`, and a neighbour that
 * may route to any address through it. Ends every process that was started inside.
 */
export class Namespaces {
  readonly machine = `fwm-${process.pid}`;
  readonly outside = `fwo-${process.pid}`;
  readonly #children: ChildProcess[] = [];

  async open(): Promise<void> {
    const { machine, outside } = this;
    await script(
      `ip netns add ${machine}; ip netns add ${outside}`,
      `ip -n ${machine} link set lo up; ip -n ${outside} link set lo up`,
      `ip link add wan0 netns ${machine} type veth peer name eth0 netns ${outside}`,
      `ip -n ${machine} link set wan0 up; ip -n ${outside} link set eth0 up`,
      `ip -n ${machine} address add ${ADDRESS.machine.v4}/24 dev wan0`,
      `ip -n ${machine} address add ${ADDRESS.machine.v6}/64 dev wan0 nodad`,
      `ip -n ${outside} address add ${ADDRESS.outside.v4}/24 dev eth0`,
      `ip -n ${outside} address add ${ADDRESS.outside.v6}/64 dev eth0 nodad`,
      `ip -n ${machine} route add default via ${ADDRESS.outside.v4}`,
      `ip -n ${machine} route add default via ${ADDRESS.outside.v6}`,
      // The neighbour tries the container networks through the machine, and even its loopback.
      `ip -n ${outside} route add 10.125.0.0/16 via ${ADDRESS.machine.v4}`,
      `ip -n ${outside} route add fd00:25::/32 via ${ADDRESS.machine.v6}`,
      `ip -n ${outside} route add 203.0.113.1 via ${ADDRESS.machine.v4}`,
    );
  }

  /** More addresses of the neighbour: one source each, of one family. */
  async sources(count: number): Promise<readonly string[]> {
    const found = Array.from({ length: count }, (_, index) => `198.51.100.${101 + index}`);
    await script(...found.map((address) => `ip -n ${this.outside} address replace ${address}/24 dev eth0`));
    return found;
  }

  /** Connections that are opened from the neighbour and held for some seconds: what bench/support/attacker.js says. */
  async attack(
    attack: Attack,
  ): Promise<{ readonly tried: number; readonly opened: number; readonly held: number }> {
    const program = `${projectRoot}/bench/support/attacker.js`;
    const argv = [
      "sh",
      "-c",
      'ulimit -n "$(ulimit -H -n)"; exec "$@"',
      "attacker",
      process.execPath,
      program,
    ];
    const { stdout, stderr } = await this.in(this.outside, [...argv, JSON.stringify(attack)]);
    if (stdout === "") throw new Error(stderr);
    return JSON.parse(stdout);
  }

  /** Runs a command in a namespace; any exit code is an answer. */
  async in(namespace: string, argv: readonly string[], input?: string) {
    const inside = ["nsenter", `--net=/run/netns/${namespace}`, "--", ...argv] as [string, ...string[]];
    const expected = Array.from({ length: 256 }, (_, code) => code);
    return run(inside, { expected, ...(input === undefined ? {} : { input }) });
  }

  /** Starts what runs until `close`. */
  start(namespace: string, argv: readonly string[]): ChildProcess {
    const child = spawn("nsenter", [`--net=/run/netns/${namespace}`, "--", ...argv], { stdio: "ignore" });
    this.#children.push(child);
    return child;
  }

  /** A TCP server that greets with its name, on every address of both families. */
  listen(namespace: string, port: number, name: string): ChildProcess {
    const serve = `require("net").createServer((s) => s.on("error", () => {}).end(${JSON.stringify(name)})).listen(${port}, "::")`;
    return this.start(namespace, [process.execPath, "-e", serve]);
  }

  /** Whether a port takes a connection from the neighbour within two seconds. */
  async reach(host: string, port: number): Promise<boolean> {
    const connect = ["timeout", "2", "bash", "-c", `exec 3<>/dev/tcp/${host}/${port}`];
    return (await this.in(this.outside, connect)).code === 0;
  }

  /** The first words of a server to a connection from a namespace; empty if none come within two seconds. */
  async ask(namespace: string, host: string, port: number): Promise<string> {
    const ask = ["timeout", "2", "bash", "-c", `exec 3<>/dev/tcp/${host}/${port} && cat <&3`];
    return (await this.in(namespace, ask)).stdout;
  }

  /** A connection from the neighbour that stays open until something is sent through it. */
  async hold(host: string, port: number): Promise<{ readonly send: (hex: string) => Promise<string> }> {
    const program = `const s = require("net").connect(${port}, "${host}", () => console.log("open"));
      s.on("data", (data) => { console.log(data.toString("hex")); process.exit(); });
      process.stdin.on("data", (hex) => s.write(Buffer.from(String(hex), "hex")));`;
    const inside = [`--net=/run/netns/${this.outside}`, "--", process.execPath, "-e", program];
    const child = spawn("nsenter", inside, { stdio: ["pipe", "pipe", "ignore"] });
    this.#children.push(child);
    const line = async () => String((await once(child.stdout, "data"))[0]).trim();
    await line();
    return {
      send(hex) {
        const answer = line();
        child.stdin.write(hex);
        return answer;
      },
    };
  }

  /**
   * Whether anything answers to the neighbour from 127.0.0.1: it sends a packet for that address to the machine, which
   * no program would do, so the address is written into the packet on its way out.
   */
  async loopbackLeaks(port: number): Promise<boolean> {
    const alias = "203.0.113.1";
    const rules = `add table ip leak
      delete table ip leak
      table ip leak {
        chain out { type filter hook postrouting priority 300; ip daddr ${alias} ip daddr set 127.0.0.1; }
        chain in { type filter hook prerouting priority -400; ip saddr 127.0.0.1 counter; }
      }`;
    const { stderr } = await this.in(this.outside, ["nft", "--file", "-"], rules);
    if (stderr !== "") throw new Error(stderr);
    await this.reach(alias, port);
    const { stdout } = await this.in(this.outside, ["nft", "list", "chain", "ip", "leak", "in"]);
    return !stdout.includes("packets 0 ");
  }

  /** Lets the machine reach the network of the tests while something runs, as what fetches packages has to. */
  async withWayOut<T>(work: () => Promise<T>): Promise<T> {
    const { machine } = this;
    const argv = ["--netns-type=path", "--disable-host-loopback", "--ready-fd=3", `/run/netns/${machine}`];
    const child = spawn("slirp4netns", [...argv, WAY_OUT.device], {
      stdio: ["ignore", "ignore", "ignore", "pipe"],
    });
    const ended = once(child, "exit");
    try {
      await Promise.race([once(child.stdio[3] as Readable, "data"), ended]);
      await script(
        `ip -n ${machine} address add ${WAY_OUT.address}/24 dev ${WAY_OUT.device}`,
        `ip -n ${machine} link set ${WAY_OUT.device} up`,
        `ip -n ${machine} route replace default via ${WAY_OUT.gateway}`,
      );
      return await work();
    } finally {
      child.kill();
      await ended;
      await script(`ip -n ${machine} route replace default via ${ADDRESS.outside.v4}`);
    }
  }

  async close(): Promise<void> {
    for (const child of this.#children.filter(
      ({ exitCode, signalCode }) => exitCode === null && signalCode === null,
    )) {
      const ended = once(child, "exit");
      child.kill();
      await ended;
    }
    for (const name of [this.machine, this.outside])
      await run(["ip", "netns", "delete", name], { expected: [0, 1] });
  }
}

export interface Attack {
  readonly host: string;
  readonly port: number;
  readonly connections: number;
  readonly sources: readonly string[];
  readonly kind: "silent" | "handshake" | "connect";
  readonly seconds: number;
}

const script = (...lines: readonly string[]) => run(["sh", "-euc", lines.join("\n")]);

/** Port to what nmap says of it: `open`, `closed` (refused) or `filtered` (no answer). */
export type Ports = Readonly<Record<number, string>>;

/**
 * TCP ports as the neighbour sees them. Of `1-65535` only those are listed that are neither in the majority
 * (`filtered` behind a firewall, `closed` without one).
 */
export async function scan(namespaces: Namespaces, host: string, ports: string): Promise<Ports> {
  const { stdout, stderr, code } = await namespaces.in(namespaces.outside, [
    "nmap",
    "-Pn",
    "-n",
    "-sS",
    "-T5",
    "--min-rate",
    "6000",
    "--max-retries",
    "2",
    "--host-timeout",
    "60s",
    ...(host.includes(":") ? ["-6"] : []),
    ...["-p", ports, "-oG", "-", host],
  ]);
  if (code !== 0) throw new Error(`nmap ended with ${code}\n${stderr}`);
  const found = [...stdout.matchAll(/(\d+)\/(open|closed|filtered|open\|filtered)\/tcp/g)];
  return Object.fromEntries(found.map(([, port, state]) => [Number(port), state as string]));
}

/** The ports among them that are open. */
export const openIn = (ports: Ports): readonly number[] =>
  Object.entries(ports)
    .filter(([, state]) => state === "open")
    .map(([port]) => Number(port));
