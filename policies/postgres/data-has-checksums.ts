import { unknown } from "../evidence.ts";
import { runs } from "../facts/deliveries.ts";
import { shellWords, variableOf } from "../facts/environment.ts";
import { imageVersion } from "../facts/image-versions.ts";
import { RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";

export const dataHasChecksums = definePolicy({
  id: "PGS-007",
  severity: "low",
  title: "PostgreSQL notices data that the disk has changed",
  why: "Without checksums a bad sector is read as data, and copied into the next backup.",
  avoid: "image: postgres:17",
  prefer: `image: postgres:17
environment: {POSTGRES_INITDB_ARGS: --data-checksums}`,
  allowed: "--data-checksums in POSTGRES_INITDB_ARGS; from 18 it is the default",
  fix: "add --data-checksums to POSTGRES_INITDB_ARGS; pg_checksums --enable for data that exists",
  source: "PostgreSQL documentation, initdb --data-checksums",
  looksAt: RUNS,
  where: runs("postgres"),
  check: (container, stack) => {
    const given = variableOf(container, "POSTGRES_INITDB_ARGS");
    if (given !== undefined && given.value === undefined)
      return [unknown("POSTGRES_INITDB_ARGS is known only at apply")];
    const words = shellWords(given?.value ?? "");
    if (words.includes("--no-data-checksums")) return ["POSTGRES_INITDB_ARGS has --no-data-checksums"];
    const version = imageVersion(container, stack);
    const isDefault = "major" in version ? version.major >= 18 : version.isNewest;
    return isDefault || words.includes("--data-checksums") || words.includes("-k")
      ? []
      : ["POSTGRES_INITDB_ARGS has no --data-checksums"];
  },
});
