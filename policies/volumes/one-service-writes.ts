import { writersOf } from "../facts/volumes.ts";
import { definePolicy } from "../policy.ts";

/**
 * Two databases on one folder destroy it; for other programs it is a way from one container into the next.
 */
export const oneServiceWrites = definePolicy({
  id: "VOL-004",
  severity: "low",
  title: "one service writes to a volume",
  allowed: "one service with write access; read_only for the others",
  fix: "mount it read-only in all services but one",
  source: "KICS, Shared Volumes Between Containers",
  looksAt: ["docker_volume"],
  check: (volume, stack) => {
    const writers = writersOf(volume, stack).map(({ path }) => path);
    return writers.length > 1 ? [`${writers.join(", ")} write to it`] : [];
  },
});
