import type { Policy } from "../policy.ts";
import { containersOutliveTheEngine } from "./containers-outlive-the-engine.ts";
import { defaultBridgeHasNoIcc } from "./default-bridge-has-no-icc.ts";
import { directRoutingIsOff } from "./direct-routing-is-off.ts";
import { engineFiltersPackets } from "./engine-filters-packets.ts";
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
];
