import { containers } from "./containers/index.ts";
import { host } from "./host/index.ts";
import { http } from "./http/index.ts";
import { network } from "./network/index.ts";
import type { Policy } from "./policy.ts";
import { provider } from "./provider/index.ts";
import { secrets } from "./secrets/index.ts";
import { tls } from "./tls/index.ts";
import { volumes } from "./volumes/index.ts";

/** Every rule that judges a stack, family by family, which is the order of reports. */
export const policies: readonly Policy[] = [
  ...provider,
  ...containers,
  ...volumes,
  ...network,
  ...tls,
  ...http,
  ...secrets,
  ...host,
];
