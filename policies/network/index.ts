import type { Policy } from "../policy.ts";
import { publishedPortsHaveAWayOut } from "./published-ports-have-a-way-out.ts";
import { publishedPortsStateAHostPort } from "./published-ports-state-a-host-port.ts";
import { publishedPortsStateAnAddress } from "./published-ports-state-an-address.ts";

export const network: readonly Policy[] = [
  publishedPortsStateAHostPort,
  publishedPortsStateAnAddress,
  publishedPortsHaveAWayOut,
];
