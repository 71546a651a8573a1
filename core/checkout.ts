import { join } from "node:path";
import { existsSync } from "./inputs.ts";
import { HASH_KEY, SecretStore } from "./secrets.ts";

/**
 * The text whose keyed hash says which checkout a container is of. The key is a secret of the deployment's directory:
 * anyone who has that directory, copied, moved or restored, can read the data and is the owner; a second clone is not.
 */
export const CHECKOUT = "checkout";

/** The `exploreiot.checkout` label of containers that this checkout makes; undefined if it never made anything. */
export const checkoutOf = (home: string): string | undefined =>
  existsSync(join(home, "secrets", HASH_KEY)) ? new SecretStore(home).keyedHash(CHECKOUT) : undefined;
