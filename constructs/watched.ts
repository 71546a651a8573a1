import { join } from "node:path";
import { FILES } from "../core/container-folders.ts";
import { kitRoot } from "../core/home.ts";
import { readFileSync } from "../core/inputs.ts";
import type { DeliveredFile } from "./delivery-job.ts";

const NAME = "watch-then-run.sh";

/** The watcher, to be delivered with a service's files: so it works in any image that has a shell. */
export const watcher: DeliveredFile = {
  name: NAME,
  content: readFileSync(join(kitRoot, "images", NAME), "utf8"),
};

/**
 * A command with a watcher next to it that sends it a signal within 5 s when one of the files has changed.
 *
 * @param signal without `SIG`: `HUP`, `USR2`
 */
export const watched = (
  signal: string,
  files: readonly string[],
  command: readonly string[],
): readonly string[] => ["/bin/sh", `${FILES}/${NAME}`, signal, files.join(" "), ...command];
