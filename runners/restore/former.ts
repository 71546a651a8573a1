import { UserError } from "../../core/errors.ts";
import { guarded } from "../guards.ts";
import { run } from "../run.ts";
import type { RestoreOptions } from "./restore.ts";
import { INSTEAD_ON_SWARM } from "./staging.ts";
import { readRestore, refuseHalfUndone, writeRestore } from "./state.ts";

/**
 * Deletes the volumes that hold the data of before a restore.
 *
 * @returns their names
 * @throws UserError while a restore is under way
 */
export const deleteBefore = (
  options: Pick<RestoreOptions, "stack" | "home" | "report">,
): Promise<readonly string[]> =>
  guarded({ name: options.stack.name, insteadOnSwarm: INSTEAD_ON_SWARM, ...options }, async () => {
    refuseHalfUndone(options.home);
    const { now, former } = readRestore(options.home);
    if (now !== undefined && now.swaps.length > 0)
      throw new UserError(
        "a restore was stopped while it replaced data; nothing was deleted",
        "let it come to its end first: exploreiot restore --yes -c CONFIG",
      );
    if (former.length > 0) await run(["docker", "volume", "rm", "--force", ...former]);
    writeRestore(options.home, { ...(now === undefined ? {} : { now }), former: [] });
    return former;
  });
