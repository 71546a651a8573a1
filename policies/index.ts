import { containers } from "./containers/index.ts";
import { firewall } from "./firewall/index.ts";
import { grafana } from "./grafana/index.ts";
import { host } from "./host/index.ts";
import { http } from "./http/index.ts";
import { images } from "./images/index.ts";
import { mqtt } from "./mqtt/index.ts";
import { network } from "./network/index.ts";
import { nodeRed } from "./node-red/index.ts";
import type { Policy } from "./policy.ts";
import { postgres } from "./postgres/index.ts";
import { provider } from "./provider/index.ts";
import { redis } from "./redis/index.ts";
import { secrets } from "./secrets/index.ts";
import { state } from "./state/index.ts";
import { stores } from "./stores/index.ts";
import { swarm } from "./swarm/index.ts";
import { tls } from "./tls/index.ts";
import { traefik } from "./traefik/index.ts";
import { volumes } from "./volumes/index.ts";

/**
 * The rules that judge a stack, by the folder in which they stand. All of a folder share the letters of their ids. Their
 * order is that of reports.
 */
export const families: Readonly<Record<string, readonly Policy[]>> = {
  provider,
  containers,
  images,
  volumes,
  network,
  tls,
  mqtt,
  postgres,
  redis,
  stores,
  grafana,
  traefik,
  "node-red": nodeRed,
  http,
  secrets,
  state,
  swarm,
  host,
  firewall,
};

export const policies: readonly Policy[] = Object.values(families).flat();
