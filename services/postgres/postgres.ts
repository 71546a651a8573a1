import { join } from "node:path";
import type { Container } from "@cdktf/provider-docker/lib/container/index.js";
import { Construct } from "constructs";
import type { DeliveredFile } from "../../constructs/delivery-job.ts";
import { resourceName } from "../../constructs/deployment-scope.ts";
import { FileDelivery } from "../../constructs/file-delivery.ts";
import { tmpfsOptions } from "../../constructs/hardening.ts";
import type { JoinedNetwork } from "../../constructs/private-network.ts";
import { tcpProbe } from "../../constructs/probes.ts";
import { ServiceContainer } from "../../constructs/service-container.ts";
import { DataVolume, volumeAddress } from "../../constructs/volumes.ts";
import { FILES } from "../../core/container-folders.ts";
import { kitRoot } from "../../core/home.ts";
import { readFileSync } from "../../core/inputs.ts";
import { POSTGRES_MAJOR } from "../../core/postgres-major.ts";
import type { ServiceScope } from "../service-scope.ts";
import { databaseLogins } from "../store-logins.ts";
import {
  ARCHIVE_ROLE_PASSWORD,
  archiveUser,
  BACKUP_ROLE_PASSWORD,
  backupUser,
  POSTGRES_PORT,
} from "./definition.ts";
import { pgHba, postgresqlConf } from "./files.ts";
import {
  ARCHIVE_ROLE,
  BACKUP_ROLE,
  databaseOf,
  passwordFile,
  rolesSql,
  SUPERUSER_PASSWORD,
} from "./roles.ts";
import { serverFiles } from "./tls.ts";

const USER = "999:999";

/** Those of earlier versions of the kit, newest first, whose data `exploreiot upgrade` carries over; id of the construct. */
const FORMER: readonly { readonly major: number; readonly id: string }[] = [{ major: 15, id: "Data" }];

const dataPart = (major: number) => `postgres-${major}-data`;
const DATA = "/var/lib/postgresql/data";

export interface PostgresProps {
  readonly context: ServiceScope;
  /** @default - the network data of the deployment */
  readonly network?: JoinedNetwork;

  /** Id of an image that keeps the same contract. @default - the kit's own */
  readonly image?: string;
}

/** PostgreSQL: SCRAM passwords over the network, and a user for each role of the application with no more rights than it needs. */
export class Postgres extends Construct {
  /** Where others reach it, by its name on its network. */
  readonly host = "postgres";
  readonly port = POSTGRES_PORT;
  readonly container: Container;

  constructor(scope: Construct, id: string, { context, network, image }: PostgresProps) {
    super(scope, id);
    const { database, limits, health } = context.deployment.postgres;
    const files = new FileDelivery(this, "Files", {
      service: "postgres",
      user: USER,
      context,
      files: filesOf(context),
    });
    const data = new DataVolume(this, `Data${POSTGRES_MAJOR}`, dataPart(POSTGRES_MAJOR), context);
    const service = new ServiceContainer(this, "Service", {
      kind: "postgres",
      context,
      role: "postgres",
      alias: "postgres",
      image: image ?? context.images.kit("postgres"),
      user: USER,
      limits,
      limitsAt: "postgres.limits",
      networks: [network ?? context.network("data")],
      entrypoint: ["/bin/sh", `${FILES}/entrypoint.sh`],
      command: ["postgres", "-c", `config_file=${FILES}/postgresql.conf`],
      environment: {
        // In front, since the official image finds Debian's wrapper of psql first: a Perl program, at each probe.
        PATH: `/usr/lib/postgresql/${POSTGRES_MAJOR}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
        // Below the volume: the first start is prepared next to it and committed by one rename.
        PGDATA: `${DATA}/pgdata`,
        POSTGRES_PASSWORD_FILE: `${FILES}/${SUPERUSER_PASSWORD}`,
        POSTGRES_INITDB_ARGS: "--locale=C.UTF-8 --data-checksums",
      },
      files,
      volumes: [{ name: data.name, path: DATA }],
      tmpfs: {
        "/run/postgresql": tmpfsOptions(1, USER),
        "/tmp": tmpfsOptions(16, USER),
        // For parallel queries; Docker's own has 64 MiB. It counts against the container's memory.
        "/dev/shm": tmpfsOptions(128, USER),
      },
      // Over TCP it would need a password; that the port is open to others is asked before.
      probe: tcpProbe(POSTGRES_PORT, [
        ...["psql", "-h", "/run/postgresql", "-U", "postgres", "-d", database, "-qtAc", "SELECT 1"],
      ]),
      health,
      versioned: {
        version: POSTGRES_MAJOR,
        volume: resourceName(context, dataPart(POSTGRES_MAJOR)),
        former: FORMER.map(({ major, id }) => ({
          version: major,
          volume: resourceName(context, dataPart(major)),
          address: volumeAddress(this, id),
        })),
      },
      stopSignal: "SIGINT",
      graceSeconds: 60,
    });
    this.container = service.container;
  }
}

function filesOf(context: ServiceScope): readonly DeliveredFile[] {
  const { deployment, secrets } = context;
  const { database, limits, tls, user } = deployment.postgres;
  const { enabled, archive } = deployment.backup;
  const logins = databaseLogins(deployment);
  const backups = {
    ...(enabled ? { reader: backupUser(user) } : {}),
    ...(archive ? { receiver: archiveUser(user) } : {}),
  };
  const { reader, receiver } = backups;
  const entrances = [
    ...logins.map((login) => ({ user: login.user, database: databaseOf(database, login) })),
    ...(reader === undefined ? [] : [{ user: reader, database: "all" }]),
  ];
  const logConnections = deployment.environment === "production";
  const program = (name: string) => ({
    name,
    content: readFileSync(join(kitRoot, "images/postgres", name), "utf8"),
  });
  return [
    program("entrypoint.sh"),
    program("measure.sh"),
    { name: "postgresql.conf", content: postgresqlConf({ limits, logConnections, tls }) },
    { name: "pg_hba.conf", content: pgHba(entrances, tls, receiver) },
    { name: "start/roles.sql", content: rolesSql(deployment.postgres, logins, backups) },
    { name: SUPERUSER_PASSWORD, ...secrets.file("postgres-superuser-password") },
    ...logins.map(({ role, secret }) => ({ name: passwordFile(role), ...secrets.file(secret) })),
    ...(reader === undefined
      ? []
      : [{ name: passwordFile(BACKUP_ROLE), ...secrets.file(BACKUP_ROLE_PASSWORD) }]),
    ...(receiver === undefined
      ? []
      : [{ name: passwordFile(ARCHIVE_ROLE), ...secrets.file(ARCHIVE_ROLE_PASSWORD) }]),
    ...(tls ? serverFiles(context) : []),
  ];
}
