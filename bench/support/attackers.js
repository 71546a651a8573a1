import { join } from "node:path";
import { root, run } from "./process.js";

/** @typedef {{ connections: number, sources: readonly string[], kind: "silent" | "handshake" | "connect", seconds: number }} Attack */
/** @typedef {{ tried: number, opened: number, held: number }} Outcome */

/** Documentation addresses (RFC 5737). */
const MACHINE = "198.51.100.1";
const NAMESPACE = "bench-attackers";
const WIRE = "bench-wire";

/** Neighbours of this machine, in a network namespace with a wire to it; nothing leaves the machine. */
export class Attackers {
  address = MACHINE;
  sources = Array.from({ length: 50 }, (_, index) => `198.51.100.${101 + index}`);

  async open() {
    await this.close();
    await script(
      `ip netns add ${NAMESPACE}`,
      `ip link add ${WIRE} type veth peer name eth0 netns ${NAMESPACE}`,
      `ip address add ${MACHINE}/24 dev ${WIRE}`,
      `ip link set ${WIRE} up`,
      `ip -n ${NAMESPACE} link set eth0 up`,
      ...this.sources.map((source) => `ip -n ${NAMESPACE} address add ${source}/24 dev eth0`),
    );
  }

  /** The wire goes with its other end. */
  async close() {
    await script(
      `ip netns delete ${NAMESPACE} 2>/dev/null || true`,
      `ip link delete ${WIRE} 2>/dev/null || true`,
    );
  }

  /**
   * @param {number} port of this machine
   * @param {Attack} attack
   * @returns {Promise<Outcome>}
   */
  async attack(port, attack) {
    const argv = ["nsenter", `--net=/run/netns/${NAMESPACE}`, "--"];
    const program = ["sh", "-c", 'ulimit -n "$(ulimit -H -n)"; exec "$@"', "attacker", process.execPath];
    const settings = JSON.stringify({ host: MACHINE, port, ...attack });
    const { stdout } = await run([...argv, ...program, join(root, "bench/support/attacker.js"), settings]);
    return JSON.parse(stdout);
  }
}

/** @param {readonly string[]} lines */
const script = (...lines) => run(["sh", "-euc", lines.join("\n")]);
