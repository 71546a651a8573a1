import { readdirSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Resource } from "../../document.ts";
import { fileKind, filesBelow, givenFile } from "../../files.ts";
import { blocks } from "../../values.ts";

/** The files of a bound folder are looked for this deep and no further. */
const MAX_DEPTH = 4;
const MAX_FILES = 2_000;
const SKIPPED = new Set(["node_modules", ".git"]);

interface Bound {
  /** Path on the host. */
  readonly source: string;

  /** Path in the container. */
  readonly target: string;
}

/** The configuration files that a container is given by binding them, or a folder that they lie in. */
export function boundFiles({ id, path, block }: Resource, folder: string): Resource[] {
  const surroundings = filesBelow(folder);
  return blocks(block, "volumes")
    .flatMap(({ host_path, container_path }) =>
      typeof host_path === "string"
        ? below({ source: host_path, target: String(container_path) }, folder)
        : [],
    )
    .flatMap(({ source, target }) => {
      const kind = fileKind(target);
      if (kind === undefined) return [];
      const given = {
        file: target,
        source,
        ...givenFile(source, surroundings),
        container: `docker_container.${id}`,
      };
      return [{ type: `file/${kind}`, id: `${id}/${target}`, path: `${path}:${target}`, block: given }];
    });
}

/** The files of a folder of the project; the folders of the machine are not those of the server. */
function below(bound: Bound, folder: string): readonly Bound[] {
  const isNear = [folder, dirname(folder)].some(
    (near) => near !== "/" && `${bound.source}/`.startsWith(`${near}/`),
  );
  if (!isNear || !statSync(bound.source, { throwIfNoEntry: false })?.isDirectory()) return [bound];
  const found: Bound[] = [];
  collect(bound, 0, found);
  return found;
}

function collect({ source, target }: Bound, depth: number, found: Bound[]): void {
  if (depth === MAX_DEPTH || found.length >= MAX_FILES) return;
  for (const entry of readdirSync(source, { withFileTypes: true }).sort((a, b) =>
    a.name < b.name ? -1 : 1,
  )) {
    const inner = { source: join(source, entry.name), target: join(target, entry.name) };
    if (entry.isFile()) found.push(inner);
    else if (entry.isDirectory() && !SKIPPED.has(entry.name)) collect(inner, depth + 1, found);
  }
}
