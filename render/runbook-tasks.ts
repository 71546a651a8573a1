import { dataOf } from "../core/data.ts";
import { roleOf } from "../core/labels.ts";
import type { ContainerSpec, Stack } from "../engines/stack.ts";
import type { Model } from "./model.ts";

const block = (...lines: readonly string[]): string => ["```sh", ...lines, "```"].join("\n");

/** Services that write data volumes, PostgreSQL apart: it is dumped while it runs. */
function stores({ stack }: Model): {
  readonly services: readonly string[];
  readonly volumes: readonly string[];
} {
  const writing = stack.containers.filter(
    (container) => roleOf(container) !== "postgres" && written(container).length > 0,
  );
  const volumes = writing.flatMap(written);
  return { services: writing.map(roleOf), volumes: [...new Set(volumes)] };
}

const written = (container: ContainerSpec): readonly string[] => dataOf([container]);

/** The image of the one-shot containers: it has a shell, find and tar. */
const toolImage = ({ deliveries }: Model): string => deliveries[0]?.container.image ?? "debian:bookworm-slim";

const psql =
  "docker compose exec -T postgres psql -h /run/postgresql -U postgres --quiet --set=ON_ERROR_STOP=1";

interface Dumped extends NonNullable<Stack["database"]> {
  /** Its file in `backup/`. */
  readonly dump: string;
}

/** The application's database, and those that services have for themselves. */
const databasesOf = ({ stack: { database, ownDatabases = [] } }: Model): readonly Dumped[] => [
  ...(database === undefined ? [] : [{ ...database, dump: "postgres.dump" }]),
  ...ownDatabases.map((own) => ({ ...own, dump: `postgres-${own.name}.dump` })),
];

export function backup(model: Model): string {
  const { services, volumes } = stores(model);
  const image = toolImage(model);
  return [
    "PostgreSQL is dumped while it runs; the other stores stop for the moment of the copy.",
    block(
      "umask 077",
      "mkdir -p backup",
      ...databasesOf(model).map(
        ({ name, dump }) =>
          `docker compose exec -T postgres pg_dump -h /run/postgresql -U postgres -Fc ${name} >backup/${dump}`,
      ),
      ...(services.length === 0 ? [] : [`docker compose stop ${services.join(" ")}`]),
      ...volumes.map(
        (name) =>
          `docker run --rm --network none -v ${name}:/data:ro ${image} tar -C /data -cf - . >backup/${name}.tar`,
      ),
      "tar -cf backup/secrets.tar secrets",
      "./start.sh",
      "(cd backup && sha256sum *.dump *.tar >SHA256SUMS)",
    ),
    "Copy `backup/` to another machine. It holds every secret: encrypt it there.",
  ].join("\n\n");
}

export function restore(model: Model): string {
  const { services, volumes } = stores(model);
  const image = toolImage(model);
  const databases = databasesOf(model);
  const clients = model.stack.containers
    .filter((container) => !container.job && roleOf(container) !== "postgres")
    .map(roleOf)
    .filter((role) => !services.includes(role));
  return [
    "On a new server: copy this folder and `backup/` there, `tar -xf backup/secrets.tar`, `./start.sh`, then go on here. Everything since the backup is lost.",
    block(
      "(cd backup && sha256sum --check --quiet SHA256SUMS)",
      `docker compose stop ${[...clients, ...services].join(" ")}`,
      ...databases.flatMap(restoreDatabase),
      ...(databases.length === 0 ? [] : ["docker compose restart postgres"]),
      ...volumes.map(
        (name) =>
          `docker run --rm --interactive --network none -v ${name}:/data ${image} sh -euc 'find /data -mindepth 1 -delete; tar -C /data -xf -' <backup/${name}.tar`,
      ),
      "./start.sh",
    ),
  ].join("\n\n");
}

/** Next to the old database first, which goes only when the new one is whole. The last start lets its roles in again. */
const restoreDatabase = ({ name, owner, dump }: Dumped): readonly string[] => [
  `echo 'DROP DATABASE IF EXISTS "restored"; CREATE DATABASE "restored" OWNER "${owner}"; REVOKE ALL ON DATABASE "restored" FROM PUBLIC;' | ${psql}`,
  `docker compose exec -T postgres pg_restore -h /run/postgresql -U postgres -d restored --exit-on-error <backup/${dump}`,
  `echo 'DROP DATABASE "${name}" WITH (FORCE); ALTER DATABASE "restored" RENAME TO "${name}";' | ${psql}`,
];

export const addition = (): string =>
  [
    "Services of your own belong into the site file (`services:`, docs/own-services.md of the kit): they are then rendered, secrets and rules included. For one that is only on this server, compose reads `compose.override.yaml` in this folder as well, and a newer render leaves it alone. Ports that it publishes are not in the packet filter, and `start.sh` makes no secrets for it. Judge it where the kit is:",
    block("exploreiot policy check FOLDER"),
  ].join("\n\n");

export const rotation = (): string =>
  [
    "A new secret replaces the containers that read it, and no others; PostgreSQL takes its passwords from their files at each start. `ls secrets` lists the names.",
    block("rm -f secrets/NAME", "./start.sh"),
  ].join("\n\n");

export function update(): string {
  return [
    "Keep what runs now, copy the newly rendered folder over this one (for example `rsync -a`), and start:",
    block(
      "mkdir -p previous",
      "cut -c67- SHA256SUMS | tar -cf previous/rendered.tar SHA256SUMS -T -",
      "# copy the new folder here",
      "./start.sh",
    ),
    "Back to what ran before; data and secrets stay, and the older images are still in the engine unless they were pruned. A database that a newer version has migrated may need its backup as well.",
    block("tar -xf previous/rendered.tar", "./start.sh"),
    "Take it down, keeping the data:",
    block("docker compose down"),
  ].join("\n\n");
}
