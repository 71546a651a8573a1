import { join } from "node:path";
import type { TerraformStack } from "cdktf";
import { z } from "zod";
import { readOwnJson } from "../config/own-files.ts";
import { replaceFile } from "../config/private-files.ts";
import { DataVolume } from "./data-volume.ts";

/**
 * Keeps data whose service is taken out of a configuration: Terraform deletes what is no longer declared, and
 * `prevent_destroy` goes with the declaration. It is told to forget such a volume instead (`removed`, Terraform 1.7);
 * when the service comes back, the volume of that name is taken over again.
 *
 * @param home the deployment's own directory, where it is written down what was ever declared
 */
export function keepUndeclaredData(stack: TerraformStack, home: string): void {
  const file = join(home, "declared-data.json");
  const declared = stack.node
    .findAll()
    .filter((element) => element instanceof DataVolume)
    .map(({ address }) => address);
  const before =
    readOwnJson(
      file,
      z.array(z.string()),
      "it keeps the data of services that were taken out of the configuration; while the configuration has every service whose data is to stay:",
      `rm ${file}, and it is written again`,
    ) ?? [];
  const known = [...new Set([...before, ...declared])].sort();
  if (known.length > before.length) replaceFile(file, `${JSON.stringify(known)}\n`);
  const gone = known.filter((address) => !declared.includes(address));
  if (gone.length > 0)
    stack.addOverride(
      "removed",
      gone.map((from) => ({ from, lifecycle: { destroy: false } })),
    );
}
