import type { Policy } from "../policy.ts";
import { firewallClosesTheContainers } from "./firewall-closes-the-containers.ts";
import { firewallClosesTheHost } from "./firewall-closes-the-host.ts";
import { firewallClosesTheWayOut } from "./firewall-closes-the-way-out.ts";
import { firewallCoversIpv6 } from "./firewall-covers-ipv6.ts";
import { firewallDropsAreSeen } from "./firewall-drops-are-seen.ts";
import { firewallDropsRemoteLoopback } from "./firewall-drops-remote-loopback.ts";
import { firewallKeepsToItsTable } from "./firewall-keeps-to-its-table.ts";
import { firewallLimitsEachSource } from "./firewall-limits-each-source.ts";
import { firewallLoadsTwice } from "./firewall-loads-twice.ts";
import { firewallMatchesTheHostPort } from "./firewall-matches-the-host-port.ts";
import { firewallNamesItsInterfaces } from "./firewall-names-its-interfaces.ts";
import { listeningPortsAreWatched } from "./listening-ports-are-watched.ts";

export const firewall: readonly Policy[] = [
  firewallKeepsToItsTable,
  firewallClosesTheHost,
  firewallClosesTheContainers,
  firewallMatchesTheHostPort,
  firewallCoversIpv6,
  firewallDropsRemoteLoopback,
  firewallNamesItsInterfaces,
  firewallDropsAreSeen,
  firewallLoadsTwice,
  listeningPortsAreWatched,
  firewallClosesTheWayOut,
  firewallLimitsEachSource,
];
