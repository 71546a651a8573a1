import { readFileSync } from "node:fs";
import { join } from "node:path";

/** An official image that the kit pulls: what its public recipe puts there, and what the kit takes of it. */
export interface OfficialImage {
  /** Where the recipe is, on GitHub. */
  readonly recipe: string;

  /** Programs on top of debian:trixie-slim, at the folder where the recipe puts them. */
  readonly installs: Readonly<Record<string, readonly string[]>>;

  /** The programs of it that the kit's containers use. */
  readonly used: readonly string[];
}

/** Of postgresql-17 and postgresql-client-17. */
const POSTGRES_PROGRAMS =
  "clusterdb createdb createuser dropdb dropuser initdb oid2name pg_amcheck pg_archivecleanup pg_basebackup pg_checksums pg_combinebackup pg_config pg_controldata pg_createsubscriber pg_ctl pg_dump pg_dumpall pg_isready pg_receivewal pg_recvlogical pg_resetwal pg_restore pg_rewind pg_test_fsync pg_test_timing pg_upgrade pg_verifybackup pg_waldump pg_walsummary pgbench postgres psql reindexdb vacuumdb vacuumlo".split(
    " ",
  );

/** By the name of the kit's image that each stands in for. `base` is debian:trixie-slim itself. */
export const OFFICIAL: Readonly<Record<string, OfficialImage>> = {
  base: { recipe: "debuerreotype/docker-debian-artifacts", installs: {}, used: [] },
  redis: {
    recipe: "valkey-io/valkey-container",
    installs: {
      "/usr/local/bin": [
        "valkey-server",
        "valkey-cli",
        "valkey-benchmark",
        "valkey-check-aof",
        "valkey-check-rdb",
      ],
    },
    // The probe is bash's own: it opens the socket itself.
    used: ["valkey-server", "sh", "bash"],
  },
  postgres: {
    recipe: "docker-library/postgres, 17/trixie",
    installs: { "/usr/local/bin": ["gosu"], "/usr/lib/postgresql/17/bin": POSTGRES_PROGRAMS },
    used: [
      ...["postgres", "initdb", "psql", "pg_dump", "pg_restore"],
      ...["sh", "id", "cat", "date", "df", "dirname", "mktemp", "mv", "rm", "rmdir", "sleep", "sync", "tail"],
    ],
  },
  node: {
    recipe: "nodejs/docker-node, 24/trixie-slim",
    installs: { "/usr/local/bin": ["node", "nodejs", "npm", "npx", "yarn", "yarnpkg"] },
    // The shell, mkdir and ln, rm and cp are for what is built on it.
    used: ["node", "npm", "sh", "cp", "env", "mkdir", "ln", "rm"],
  },
  python: {
    recipe: "docker-library/python, 3.13/slim-trixie",
    installs: { "/usr/local/bin": ["python3", "python3.13", "python", "pip3", "pip", "pydoc3", "idle3"] },
    used: ["python3", "python3.13", "sh", "find", "rm", "xargs", "chmod", "cp", "mkdir", "ln", "env"],
  },
};

/** Programs of debian:trixie-slim. */
export const SLIM: ReadonlySet<string> = new Set(
  readFileSync(join(import.meta.dirname, "trixie-slim.txt"), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
    .flatMap((line) =>
      line
        .slice(line.indexOf(":") + 1)
        .trim()
        .split(" "),
    ),
);
