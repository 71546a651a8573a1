import { dataOf } from "../core/data.ts";
import { roleOf } from "../core/labels.ts";
import { ofRole } from "../runners/containers.ts";
import type { ContainerSpec, Stack } from "../runners/stack.ts";
import type { Model } from "./model.ts";
import { repositoryFiles } from "./server-script.ts";

const block = (...lines: readonly string[]): string => ["```sh", ...lines, "```"].join("\n");

/** Services that write data volumes, PostgreSQL apart: it is dumped while it runs. The service that makes backups keeps nothing of its own. */
function stores({ stack }: Model): {
  readonly services: readonly string[];
  readonly volumes: readonly string[];
} {
  const writing = stack.containers.filter(
    (container) => !["postgres", "backup"].includes(roleOf(container)) && written(container).length > 0,
  );
  const volumes = writing.flatMap(written);
  return { services: writing.map(roleOf), volumes: [...new Set(volumes)] };
}

const written = (container: ContainerSpec): readonly string[] => dataOf([container]);

/** The image of the one-shot containers: it has a shell, find and tar. */
const toolImage = ({ deliveries }: Model): string => deliveries[0]?.container.image ?? "debian:trixie-slim";

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
    ...bySchedule(model),
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

/** With the secrets of this folder, which its container is given at each call; by its schedule it takes those that it was given last. */
const bySchedule = ({ stack }: Model): readonly string[] =>
  ofRole(stack, "backup") === undefined
    ? []
    : [
        "The service `backup` makes one by its schedule, and restores each to compare it. Hand this folder's secrets over to it once, and whenever they change; then make one now:",
        block(
          "tar --exclude=./backup --exclude=./images.tar -cf - . | docker compose exec -T backup backup home",
          "docker compose exec -T backup backup now",
          "docker compose exec -T backup backup list",
        ),
        "It is opened with `secrets/backup-password` alone: keep a copy of that file elsewhere. By hand, without that service:",
      ];

export function restore(model: Model): string {
  const { services, volumes } = stores(model);
  const image = toolImage(model);
  const databases = databasesOf(model);
  const clients = model.stack.containers
    .filter((container) => !container.job && roleOf(container) !== "postgres")
    .map(roleOf)
    .filter((role) => !services.includes(role));
  return [
    ...fromRepository(model),
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

/** With what the backups' server asks for, which only people can bring. */
function fromRepository({ stack, deliveries }: Model): readonly string[] {
  if (ofRole(stack, "backup") === undefined) return [];
  const [password = "", ...more] = repositoryFiles(deliveries).map(({ path }) => `\`${path}\``);
  const asked = more.length === 0 ? "" : `, and what its server asks for into ${more.join(", ")}`;
  return [
    `From the repository of the service \`backup\`, onto a server that has nothing but Docker: copy this folder there, put the repository's password into ${password}${asked}, each readable by its owner alone, and run the line below; a snapshot's id behind it takes that one. It brings secrets and keys back as well, compares everything with what the backup recorded before a service starts, and may be run again after an interruption. It never writes over data that is there.`,
    block("./start.sh restore"),
    'By hand, from what "Back up" wrote without that service:',
  ];
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
    "This is done by hand, one secret after the other, and there is no time in which both the former and the new one are taken: a client that is not in this folder (a device, a script) is refused until it has the new one. `exploreiot rotate`, which goes through all of them without losing a reading and can be stopped anywhere, needs the kit and a deployment that the kit brought up. These are not replaced by removing their files:",
    [
      "- `secrets/backup-password`: the repository would no longer open. `head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=\\n' >new`, `docker compose exec -T backup backup key add <new`, `mv -f new secrets/backup-password`, `./start.sh`, and then `docker compose exec -T backup backup key keep`, which shuts the former one out",
      "- `secrets/pki/authority`: a new CA is trusted by nobody until its `ca.crt` is with every client. Bring it there first, then remove the folder `secrets/pki` and start",
      "- what is brought from elsewhere: ask for a new one there, and write it over the former one",
    ].join("\n"),
  ].join("\n\n");

export const bundle = (): string =>
  [
    "Where the kit is, `exploreiot bundle apply BUNDLE --key KEY.pub` checks all of it and does the rest. Without the kit, with the key that came to you in another way than the bundle (`minisign` is a package of Debian):",
    block(
      "rm -rf .bundle && mkdir .bundle && tar -C .bundle -xf BUNDLE",
      "(cd .bundle && sha256sum --check --quiet SHA256SUMS)",
      "minisign -V -q -p KEY.pub -m .bundle/SHA256SUMS",
      "tar -C .bundle/images -cf - . | docker load",
      "cp -a .bundle/render/. . && rm -rf .bundle",
      "./start.sh",
    ),
    "A bundle that was made with `--since` leaves layers out that the older one brought: `docker load` says so if they are not here.",
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
    "Where the newer version brings a newer PostgreSQL, `start.sh` says so and starts nothing. This carries the data over; readings wait in the broker meanwhile, every table is compared, and the old volume is kept until you delete it:",
    block("./start.sh upgrade"),
    "Take it down, keeping the data:",
    block("docker compose down"),
  ].join("\n\n");
}
