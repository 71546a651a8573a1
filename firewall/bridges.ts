import { createHash } from "node:crypto";
import type { NetworkName } from "../site/settings.ts";

/**
 * The first characters of the names of a deployment's bridges. Linux allows 15 characters, too few for the deployment's
 * own name; two deployments whose digits were equal would be told so by the engine, which refuses the second bridge.
 */
export const bridgePrefix = (deployment: string): string =>
  `xi${createHash("sha256").update(deployment).digest("hex").slice(0, 6)}-`;

/** The bridge of one network on the machine of the engine: `xi4f0c2a-edge`, the same wherever it is deployed. */
export const bridgeName = (deployment: string, network: NetworkName): string =>
  `${bridgePrefix(deployment)}${network}`;
