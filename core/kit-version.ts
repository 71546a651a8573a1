import { join } from "node:path";
import { kitRoot } from "./home.ts";
import { readFileSync } from "./inputs.ts";

/** The kit's own version. Read and not imported: compiled, an import of JSON warns on Node 20. */
export const kitVersion = (): string =>
  (JSON.parse(readFileSync(join(kitRoot, "package.json"), "utf8")) as { readonly version: string }).version;
