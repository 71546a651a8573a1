import { containers } from "./containers/index.ts";
import { host } from "./host/index.ts";
import { http } from "./http/index.ts";
import { images } from "./images/index.ts";
import { mqtt } from "./mqtt/index.ts";
import { network } from "./network/index.ts";
import type { Policy } from "./policy.ts";
import { postgres } from "./postgres/index.ts";
import { provider } from "./provider/index.ts";
import { redis } from "./redis/index.ts";
import { secrets } from "./secrets/index.ts";
import { state } from "./state/index.ts";
import { swarm } from "./swarm/index.ts";
import { tls } from "./tls/index.ts";
import { volumes } from "./volumes/index.ts";

/** Every rule that judges a stack, family by family, which is the order of reports. */
export const policies: readonly Policy[] = [
  ...provider,
  ...containers,
  ...images,
  ...volumes,
  ...network,
  ...tls,
  ...mqtt,
  ...postgres,
  ...redis,
  ...http,
  ...secrets,
  ...state,
  ...swarm,
  ...host,
];
