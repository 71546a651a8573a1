import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../core/home.ts";
import { imageRecipes } from "../../core/images.ts";
import { POSTGRES_MAJOR } from "../../core/postgres-major.ts";
import { ensureImages } from "../../runners/images/ensure.ts";
import { docker, type TestDeployment } from "./e2e.ts";

const FIRST_MIGRATION = "apps/backend/exploreiot/migrations/versions/0001_readings.py";

/** What PostgreSQL held when one user owned everything and every program logged in as that user. */
export const OLD_PASSWORD = "the-one-password-of-all";

const ONE_USER = `
CREATE ROLE "exploreiot" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION PASSWORD '${OLD_PASSWORD}';
CREATE DATABASE "exploreiot" OWNER "exploreiot";
REVOKE ALL ON DATABASE "exploreiot" FROM PUBLIC;
REVOKE ALL ON DATABASE postgres FROM PUBLIC;
\\connect exploreiot exploreiot
`;

const READINGS = `
CREATE TABLE schema_version (version_num varchar(32) PRIMARY KEY);
INSERT INTO schema_version VALUES ('0001');
INSERT INTO readings SELECT 'before', n, now() - n * interval '1 minute' FROM generate_series(1, 50) n;
INSERT INTO sensors VALUES ('before', 1, now());
`;

/** The statements of the first migration, as it stands. */
function firstTables(): string {
  const source = readFileSync(join(projectRoot, FIRST_MIGRATION), "utf8").split("_STATEMENTS")[1] ?? "";
  return [...source.matchAll(/"""([\s\S]*?)"""|^ {4}"(.*)",$/gm)].map(([, a, b]) => `${a ?? b};`).join("\n");
}

/** Makes the deployment's volume as a kit from before there were roles left it: 50 readings, one user. */
export async function makeOldDatabase(deployment: TestDeployment): Promise<void> {
  const recipes = imageRecipes(projectRoot, ["postgres"], { source: "auto" });
  await ensureImages(recipes, { projectRoot, report: (line) => process.stderr.write(`${line}\n`) });
  const volume = deployment.container(`postgres-${POSTGRES_MAJOR}-data`);
  await docker("volume", "create", volume);
  const script = [
    'initdb -U postgres --auth-local=trust --locale=C.UTF-8 --data-checksums "$PGDATA" >/dev/null',
    "pg_ctl -w -s -o \"-c listen_addresses='' -c unix_socket_directories=/tmp\" start >/dev/null",
    'printf "%s" "$SQL" | psql -qX -v ON_ERROR_STOP=1 -h /tmp -U postgres >/dev/null',
    "pg_ctl -w -s -m fast stop",
  ].join(" && ");
  const mount = `${volume}:/var/lib/postgresql/data`;
  const sql = `${ONE_USER}${firstTables()}${READINGS}`;
  const image = recipes.at(-1)?.tag as string;
  await docker("run", "--rm", "--network=none", "-v", mount, "-e", `SQL=${sql}`, image, "sh", "-c", script);
  // Known as this checkout's own, as after an `up` of that kit.
  mkdirSync(deployment.home, { recursive: true, mode: 0o700 });
  writeFileSync(join(deployment.home, "data-volumes.json"), JSON.stringify([volume]));
}
