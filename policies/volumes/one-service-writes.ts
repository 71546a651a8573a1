import { runTogether } from "../facts/compose-profiles.ts";
import { writersOf } from "../facts/volumes.ts";
import { definePolicy } from "../policy.ts";

export const oneServiceWrites = definePolicy({
  id: "VOL-004",
  severity: "low",
  title: "one service writes to a volume",
  why: "Two databases on one folder destroy it; for other programs it is a way from one container into the next.",
  avoid: `services:
  one: {image: "example/one:1.0", volumes: ["data:/data"]}
  two: {image: "example/two:1.0", volumes: ["data:/data"]}
volumes: {data: {}}`,
  prefer: `services:
  one: {image: "example/one:1.0", volumes: ["data:/data"]}
  two: {image: "example/two:1.0", volumes: ["data:/data:ro"]}
volumes: {data: {}}`,
  allowed: "one service with write access; read_only for the others",
  fix: "mount it read-only in all services but one",
  source: "KICS, Shared Volumes Between Containers",
  looksAt: ["docker_volume"],
  check: (volume, stack) => {
    const all = [...new Set(writersOf(volume, stack))];
    const writers = all.filter((one) =>
      all.some((other) => other !== one && runTogether(one.block, other.block)),
    );
    return writers.length > 1 ? [`${writers.map(({ path }) => path).join(", ")} write to it`] : [];
  },
});
