import type { Policy } from "../policy.ts";
import { containersOutliveTheEngine } from "./containers-outlive-the-engine.ts";
import { defaultBridgeHasNoIcc } from "./default-bridge-has-no-icc.ts";
import { directRoutingIsOff } from "./direct-routing-is-off.ts";
import { engineFiltersPackets } from "./engine-filters-packets.ts";
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
import { logsAreBoundedByDefault } from "./logs-are-bounded-by-default.ts";
import { neighboursCannotRouteToContainers } from "./neighbours-cannot-route-to-containers.ts";
import { openFilesAreLimitedByDefault } from "./open-files-are-limited-by-default.ts";
import { privilegesAreNotGained } from "./privileges-are-not-gained.ts";
import { registriesAreAuthenticated } from "./registries-are-authenticated.ts";
import { userlandProxyIsOff } from "./userland-proxy-is-off.ts";

export const host: readonly Policy[] = [
  defaultBridgeHasNoIcc,
  userlandProxyIsOff,
  privilegesAreNotGained,
  containersOutliveTheEngine,
  logsAreBoundedByDefault,
  openFilesAreLimitedByDefault,
  engineFiltersPackets,
  neighboursCannotRouteToContainers,
  directRoutingIsOff,
  registriesAreAuthenticated,
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
