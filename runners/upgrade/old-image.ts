import { UserError } from "../../core/errors.ts";
import { imageOf, inspect } from "../docker/observe.ts";
import { run } from "../run.ts";
import type { FormerData } from "./step.ts";

/**
 * An image with the server of the older version: one that is named, that of the container which ran it, else any that
 * the kit made on this machine.
 *
 * @throws UserError where there is none
 */
export async function oldImage({ spec, version }: FormerData, named: string | undefined): Promise<string> {
  const [container] = await inspect([spec.name]);
  const candidates =
    named === undefined
      ? [...(container === undefined ? [] : [container.Image]), ...(await ofKit())]
      : [named];
  const found = (await Promise.all(candidates.map(imageOf))).find(
    (image) => image !== undefined && runs(version, image),
  );
  if (found !== undefined) return found.Id;
  throw new UserError(
    named === undefined
      ? `no image on this machine has the programs of PostgreSQL ${version}, which alone read the old data`
      : `${named}: no image on this machine that has the programs of PostgreSQL ${version}`,
    `docker pull postgres:${version}; exploreiot upgrade --old-image postgres:${version} -c CONFIG`,
    `or make the kit's own again with the version of the kit that made the data: exploreiot images -c CONFIG`,
  );
}

interface Image {
  readonly Config?: { readonly Env?: readonly string[] | null } | null;
}

/** The official image says it in PG_MAJOR, Debian's packages in the path of their programs. */
const runs = (version: number, { Config }: Image): boolean =>
  (Config?.Env ?? []).some(
    (entry) =>
      entry === `PG_MAJOR=${version}` ||
      (entry.startsWith("PATH=") && entry.includes(`/postgresql/${version}/bin`)),
  );

async function ofKit(): Promise<readonly string[]> {
  const { stdout } = await run(["docker", "image", "ls", "--quiet", "--no-trunc", "exploreiot/postgres"]);
  return [...new Set(stdout.split("\n").filter(Boolean))];
}
