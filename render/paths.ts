import { relative, resolve } from "node:path";
import type { Upload } from "../runners/stack-json.ts";

/** Below which everything secret of a rendered folder is. */
const SECRETS = "secrets";

/**
 * Where a secret file is on the server, relative to the rendered folder: laid out as in the deployment's own directory
 * of this machine. A file from elsewhere goes by its name.
 */
export function secretPath(
  upload: Extract<Upload, { readonly source: string }>,
  stackFolder: string,
  home: string,
) {
  const { origin, source, file } = upload;
  const name = file.split("/").at(-1);
  if (origin !== undefined && "pair" in origin) return `${SECRETS}/${origin.pair}/${name}`;
  if (origin !== undefined && "authority" in origin) return `${SECRETS}/${origin.authority}/ca.crt`;
  const below = relative(home, resolve(stackFolder, source)).split("\\").join("/");
  if (below.startsWith("..")) return `${SECRETS}/brought/${name}`;
  if (below.startsWith(`${SECRETS}/`)) return below;
  // On this machine the folder of a pair is named after its content.
  return `${SECRETS}/${below.replace(/^pki\/pairs\/[0-9a-f]+\//, "pki/edge/")}`;
}

/** `config/<service>/<name>`: where a public file of a delivery job is to be read. */
export const configPath = (role: string, { file }: Upload): string =>
  `config/${role.replace(/-files$/, "")}/${file.replace(/^\/incoming\//, "")}`;
