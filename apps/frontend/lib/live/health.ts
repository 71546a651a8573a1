import type { ChainState } from "./chain-watch";
import type { Connection } from "./live-socket";

/**
 * State of the whole way from a device to this page. `open` is said only while every hop is known to work, `broken`
 * where one is known not to, `unknown` where nobody can tell.
 */
export type Health = "connecting" | "open" | "broken" | "unknown" | "lost";

export function healthOf(connection: Connection, chain: ChainState): Health {
  if (connection.state !== "open") return connection.state;
  if (chain.status === "loading") return "connecting";
  if (chain.status !== "known") return "unknown";
  if (chain.chain.isComplete) return "open";
  return chain.chain.hops.some((hop) => hop.state === "down") ? "broken" : "unknown";
}
