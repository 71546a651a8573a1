import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Construct } from "constructs";
import { FILES, HOST, PORT } from "../config/references.ts";
import { databaseLogins } from "../config/store-logins.ts";
import { projectRoot } from "../core/home.ts";
import type { DeliveredFile } from "./delivery-job.ts";
import type { DeploymentScope } from "./deployment-scope.ts";
import { FileDelivery } from "./file-delivery.ts";
import { tmpfsOptions } from "./hardening.ts";
import { pgHba, postgresqlConf } from "./postgres-files.ts";
import { passwordFile, rolesSql, SUPERUSER_PASSWORD } from "./postgres-roles.ts";
import { serverFiles } from "./postgres-tls.ts";
import type { PrivateNetwork } from "./private-network.ts";
import { tcpProbe } from "./probes.ts";
import { ServiceContainer } from "./service-container.ts";
import { DataVolume } from "./volumes.ts";

const USER = "999:999";

/** The data volume carries it, so that another major version starts empty instead of failing on old files. */
const MAJOR = 15;
const DATA = "/var/lib/postgresql/data";

export interface PostgresProps {
  readonly context: DeploymentScope;
  readonly network: PrivateNetwork;
}

/** PostgreSQL: SCRAM passwords over the network, and a user for each role of the application with no more rights than it needs. */
export class Postgres extends Construct {
  constructor(scope: Construct, id: string, { context, network }: PostgresProps) {
    super(scope, id);
    const { database, limits, health } = context.deployment.postgres;
    const files = new FileDelivery(this, "Files", {
      service: "postgres",
      user: USER,
      context,
      files: filesOf(context),
    });
    const data = new DataVolume(this, "Data", `postgres-${MAJOR}-data`, context);
    new ServiceContainer(this, "Service", {
      kind: "postgres",
      context,
      role: "postgres",
      alias: HOST.postgres,
      image: context.images.kit("postgres"),
      user: USER,
      limits,
      limitsAt: "postgres.limits",
      networks: [network],
      entrypoint: ["/bin/sh", `${FILES}/entrypoint.sh`],
      command: ["postgres", "-c", `config_file=${FILES}/postgresql.conf`],
      environment: {
        // Below the volume: the first start is prepared beside it and committed by one rename.
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
      probe: tcpProbe(PORT.postgres, [
        ...["psql", "-h", "/run/postgresql", "-U", "postgres", "-d", database, "-qtAc", "SELECT 1"],
      ]),
      health,
      stopSignal: "SIGINT",
      graceSeconds: 60,
    });
  }
}

function filesOf(context: DeploymentScope): readonly DeliveredFile[] {
  const { deployment, secrets } = context;
  const { database, limits, tls } = deployment.postgres;
  const logins = databaseLogins(deployment);
  const users = logins.map(({ user }) => user);
  const logConnections = deployment.environment === "production";
  const entrypoint = readFileSync(join(projectRoot, "images/postgres/entrypoint.sh"), "utf8");
  return [
    { name: "entrypoint.sh", content: entrypoint },
    { name: "postgresql.conf", content: postgresqlConf({ limits, logConnections, tls }) },
    { name: "pg_hba.conf", content: pgHba(database, users, tls) },
    { name: "start/roles.sql", content: rolesSql(deployment.postgres, logins) },
    { name: SUPERUSER_PASSWORD, ...secrets.file("postgres-superuser-password") },
    ...logins.map(({ role, secret }) => ({ name: passwordFile(role), ...secrets.file(secret) })),
    ...(tls ? serverFiles(context) : []),
  ];
}
