import { join } from "node:path";
import type { DeliveredFile } from "../../constructs/delivery-job.ts";
import { FILES } from "../../core/container-folders.ts";
import { kitRoot } from "../../core/home.ts";
import { readFileSync } from "../../core/inputs.ts";

const NAME = "batch-output.pl";

/** The program that writes in batches, to be delivered with a service's files: so it works in any image of Debian, which has Perl. */
export const batcher: DeliveredFile = {
  name: NAME,
  content: readFileSync(join(kitRoot, "images", NAME), "utf8"),
};

/** A command whose stdout reaches the engine at most ten times a second, for one that logs every request. */
export const batched = (command: readonly string[]): readonly string[] => [
  "perl",
  `${FILES}/${NAME}`,
  ...command,
];
