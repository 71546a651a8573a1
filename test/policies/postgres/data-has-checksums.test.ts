import { dataHasChecksums } from "../../../policies/postgres/data-has-checksums.ts";
import { judges } from "../judging.ts";

const args = (value: string, image = "postgres:15") => ({ image, env: [`POSTGRES_INITDB_ARGS=${value}`] });

judges(dataHasChecksums, "PGS-007", {
  rejects: [
    {
      name: "silence",
      given: { image: "postgres:15" },
      evidence: ["POSTGRES_INITDB_ARGS has no --data-checksums"],
    },
    {
      name: "other arguments",
      given: args("--locale=C"),
      evidence: ["POSTGRES_INITDB_ARGS has no --data-checksums"],
    },
    {
      name: "18 without its default",
      given: args("--no-data-checksums", "postgres:18"),
      evidence: ["POSTGRES_INITDB_ARGS has --no-data-checksums"],
    },
    {
      name: "arguments known only at apply",
      given: args("${var.a}"),
      evidence: ["POSTGRES_INITDB_ARGS is known only at apply"],
    },
  ],
  accepts: [
    { name: "checksums", given: args("--locale=C --data-checksums") },
    { name: "the short form", given: args("-k") },
    { name: "18", given: { image: "postgres:18" } },
  ],
});
