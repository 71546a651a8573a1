import { relative, resolve } from "node:path";
import type { Upload } from "../engines/stack-json.ts";

/** Below which everything secret of a rendered folder is. */
const SECRETS = "secrets";

/**
 * Where a secret file is on the server, relative to the rendered folder: laid out as in the deployment's own directory
 * of this machine. A file from elsewhere (a certificate of the user's) goes by its name.
 */
export function secretPath(
  upload: Extract<Upload, { readonly source: string }>,
  stackFolder: string,
  home: string,
) {
  const below = relative(home, resolve(stackFolder, upload.source)).split("\\").join("/");
  if (below.startsWith("..")) return `${SECRETS}/brought/${upload.file.split("/").at(-1)}`;
  return below.startsWith(`${SECRETS}/`) ? below : `${SECRETS}/${below}`;
}

/** `config/<service>/<name>`: where a public file of a delivery job is to be read. */
export const configPath = (role: string, { file }: Upload): string =>
  `config/${role.replace(/-files$/, "")}/${file.replace(/^\/incoming\//, "")}`;
