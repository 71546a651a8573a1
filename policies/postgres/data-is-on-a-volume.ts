import type { Resource, StackDocument } from "../document.ts";
import { unknown } from "../evidence.ts";
import { runs } from "../facts/deliveries.ts";
import { variableOf } from "../facts/environment.ts";
import { imageVersion } from "../facts/image-versions.ts";
import { postgresFolder } from "../facts/known-images.ts";
import { keepsDataAt } from "../facts/mounts.ts";
import { RUNS, repositoryOf } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";

export const dataIsOnAVolume = definePolicy({
  id: "PGS-006",
  severity: "high",
  title: "the data of PostgreSQL is on a named volume",
  why: "Without a named volume where the data is, the image makes one without a name, and the next container starts empty.",
  avoid: "image: postgres:17",
  prefer: `services:
  db:
    image: postgres:17
    environment: {PGDATA: /var/lib/postgresql/data}
    volumes: ["data:/var/lib/postgresql/data"]
volumes: {data: {}}`,
  allowed:
    "a volume that it may write, at PGDATA or above it; from 18 that is below /var/lib/postgresql/MAJOR",
  fix: "mount a named volume at /var/lib/postgresql/data (from 18: /var/lib/postgresql) and state PGDATA",
  source: "docker-library/postgres, PGDATA; docker-library/postgres#1259",
  looksAt: RUNS,
  where: runs("postgres"),
  check: (container, stack) => {
    const stated = variableOf(container, "PGDATA");
    if (stated !== undefined && stated.value === undefined) return [unknown("PGDATA is known only at apply")];
    const paths = stated?.value === undefined ? usualPaths(container, stack) : [stated.value];
    return paths.some((path) => keepsDataAt(path, container))
      ? []
      : [`the data at ${paths.join(" or ")} is on no named volume`];
  },
});

/** Where the image keeps its data; of a version that nobody knows, either. */
function usualPaths(container: Resource, stack: StackDocument): readonly string[] {
  const own = postgresFolder(repositoryOf(container, stack) ?? "");
  if (own !== undefined) return [own];
  const before = "/var/lib/postgresql/data";
  const version = imageVersion(container, stack);
  if ("major" in version)
    return [version.major >= 18 ? `/var/lib/postgresql/${version.major}/docker` : before];
  return version.isNewest ? [before, "/var/lib/postgresql"] : [before];
}
