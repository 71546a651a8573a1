import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * The path of a program of the kit: in a checkout its bundle, made again when sources are newer; in a package, which
 * has no sources, what was compiled when it was packed.
 *
 * @param {"main" | "cli"} entry
 */
export async function program(entry) {
  if (!existsSync(join(root, "main.ts")))
    return join(root, "lib", entry === "main" ? "main.js" : "cli/main.js");
  const { bundled } = await import("./bundle.js");
  return bundled(entry);
}
