import { createHash } from "node:crypto";
import { join } from "node:path";
import type { Container } from "@cdktf/provider-docker/lib/container/index.js";
import { Volume } from "@cdktf/provider-docker/lib/volume/index.js";
import { Construct, type IConstruct } from "constructs";
import { TerraformStack } from "../../constructs/cdktf.ts";
import { resourceName } from "../../constructs/deployment-scope.ts";
import { type DeliveredFile, FileDelivery } from "../../constructs/file-delivery.ts";
import { tmpfsOptions } from "../../constructs/hardening.ts";
import { commandProbe } from "../../constructs/probes.ts";
import { ServiceContainer } from "../../constructs/service-container.ts";
import { DataVolume } from "../../constructs/volumes.ts";
import { FILES } from "../../core/container-folders.ts";
import { UserError } from "../../core/errors.ts";
import { deploymentHome } from "../../core/home.ts";
import { readFileSync } from "../../core/inputs.ts";
import { kitVersion } from "../../core/kit-version.ts";
import { POSTGRES_MAJOR } from "../../core/postgres-major.ts";
import type { Connection } from "../../core/stack-facts.ts";
import { isMade } from "../listeners.ts";
import {
  ARCHIVE_ROLE_PASSWORD,
  archiveUser,
  BACKUP_ROLE_PASSWORD,
  backupUser,
  DATABASE_CA,
  POSTGRES_PORT,
} from "../postgres/definition.ts";
import { authorityFile } from "../postgres/tls.ts";
import type { ServiceScope } from "../service-scope.ts";
import {
  ARCHIVE_OLDEST_SECONDS,
  intervalSeconds,
  oldestSeconds,
  REPOSITORY_PASSWORD,
  repositoryServer,
  timeOfDay,
} from "./definition.ts";
import { savedVolumes } from "./volumes.ts";

/**
 * uid 0, since volumes belong to as many users as there are services, and the engine gives capabilities to no other.
 * Why it has these three is in docs/decisions/0132-rights-of-the-backup.md.
 */
const USER = "0:0";
const CAPABILITIES = ["CAP_DAC_OVERRIDE", "CAP_SETGID", "CAP_SETUID"];

/** Of 1024, which every other container has: where processors are short, readings go first. */
const CPU_SHARES = 128;

const REPOSITORY = "/repository";

export interface BackupProps {
  readonly context: ServiceScope;

  /** The services that it logs in to and reads from. */
  readonly after: readonly IConstruct[];
}

/** Backups by restic: a schedule of its own, and a look at each that restores it. */
export class Backup extends Construct {
  readonly container: Container;

  constructor(scope: Construct, id: string, { context, after }: BackupProps) {
    super(scope, id);
    const { deployment } = context;
    const { backup } = deployment;
    const server = repositoryServer(backup);
    const files = new FileDelivery(this, "Files", {
      service: "backup",
      user: USER,
      context,
      files: filesOf(context),
    });
    const service = new ServiceContainer(this, "Service", {
      kind: "backup",
      context,
      role: "backup",
      alias: "backup",
      image: context.images.kit("backup"),
      user: USER,
      limits: backup.limits,
      limitsAt: "backup.limits",
      networks: [context.network("data"), ...(server === undefined ? [] : [context.network("edge")])],
      command: ["backup", "schedule"],
      environment: environmentOf(context),
      files,
      volumes: [...this.#ownVolumes(context), ...this.#volumesOfOthers(context)],
      // restic asks for room for what it sends; the rest are words.
      tmpfs: { "/tmp": tmpfsOptions(64, USER) },
      probe: commandProbe(["backup", "health"]),
      connects: [
        ...(isMade(deployment, "postgres") ? [POSTGRES] : []),
        ...(server === undefined ? [] : [connectionTo(server)]),
      ],
      after,
    });
    this.container = service.container;
    this.container.putCapabilities({ drop: ["ALL"], add: CAPABILITIES });
    this.container.cpuShares = CPU_SHARES;
  }

  /** The folders that it keeps: its state, its work, and the repository where that is on this machine. */
  #ownVolumes(context: ServiceScope) {
    const { repository } = context.deployment.backup;
    const state = new DataVolume(this, "State", "backup-state", context);
    const work = new DataVolume(this, "Work", "backup-work", context);
    const own = [
      { name: state.name, path: "/state" },
      { name: work.name, path: "/snapshot" },
    ];
    if (repository !== undefined && !repository.startsWith("/")) return own;
    const { name } =
      repository === undefined
        ? new DataVolume(this, "Repository", "backup-repository", context)
        : this.#folder(repository, context);
    return [...own, { name, path: REPOSITORY }];
  }

  /** Another folder is another volume, in Terraform too: the former one stays, and is no data in danger. */
  #folder(folder: string, context: ServiceScope): DataVolume {
    const hash = createHash("sha256").update(folder).digest("hex").slice(0, 8);
    return new DataVolume(this, `Folder-${hash}`, `backup-folder-${hash}`, context, folder);
  }

  /** All read-only. */
  #volumesOfOthers(context: ServiceScope) {
    const known = new Map(
      TerraformStack.of(this)
        .node.findAll()
        .flatMap((node) => (node instanceof Volume ? [[node.nameInput as string, node.name] as const] : [])),
    );
    const named = (part: string) => known.get(resourceName(context, part)) as string;
    return [
      ...(isMade(context.deployment, "mosquitto")
        ? [{ name: named("mosquitto-data"), path: "/sources/broker", readOnly: true }]
        : []),
      ...savedVolumes(context.deployment).map(({ service, name, part }) => ({
        name: named(part),
        path: `/snapshot/volumes/${service}/${name}`,
        readOnly: true,
      })),
    ];
  }
}

const POSTGRES: Connection = { to: "postgres", port: POSTGRES_PORT, speaks: "PostgreSQL", way: "from" };

function connectionTo(server: string): Connection {
  const { hostname, port, protocol } = new URL(server);
  const usual = { "ssh:": 22, "http:": 80 }[protocol] ?? 443;
  return { to: hostname, port: Number(port) || usual, speaks: "restic", way: "both" };
}

function environmentOf({ deployment }: ServiceScope): Readonly<Record<string, string>> {
  const { name, backup, postgres } = deployment;
  const { repository } = backup;
  const onMachine = repository === undefined || repository.startsWith("/");
  const at = timeOfDay(backup);
  const hasDatabase = isMade(deployment, "postgres");
  return {
    BACKUP_DEPLOYMENT: name,
    BACKUP_KIT: kitVersion(),
    BACKUP_KEEP: Object.entries(backup.keep)
      .filter(([, count]) => count > 0)
      .map(([rule, count]) => `${rule}=${count}`)
      .join(" "),
    BACKUP_VERIFY: String(backup.verify),
    BACKUP_OLDEST: String(oldestSeconds(backup)),
    ...(at === undefined ? { BACKUP_EVERY: String(intervalSeconds(backup)) } : { BACKUP_AT: at }),
    // As its owner calls it, for what people are told.
    BACKUP_TARGET: repository ?? `the volume exploreiot-${name}-backup-repository`,
    RESTIC_REPOSITORY: onMachine ? REPOSITORY : repository,
    BACKUP_POSTGRES_MAJOR: String(POSTGRES_MAJOR),
    BACKUP_POSTGRES_USER: hasDatabase ? backupUser(postgres.user) : "",
    BACKUP_DATABASE: hasDatabase ? postgres.database : "",
    BACKUP_ARCHIVE_OLDEST: backup.archive ? String(ARCHIVE_OLDEST_SECONDS) : "",
    BACKUP_ARCHIVE_USER: backup.archive ? archiveUser(postgres.user) : "",
    ...(hasDatabase && postgres.tls
      ? { PGSSLMODE: "verify-full", PGSSLROOTCERT: `${FILES}/${DATABASE_CA}` }
      : {}),
  };
}

function filesOf(context: ServiceScope): readonly DeliveredFile[] {
  const { deployment, secrets } = context;
  const { backup, postgres, name } = deployment;
  const hasDatabase = isMade(deployment, "postgres");
  return [
    { name: "password", ...secrets.file(REPOSITORY_PASSWORD) },
    ...(hasDatabase ? [{ name: "postgres.password", ...secrets.file(BACKUP_ROLE_PASSWORD) }] : []),
    ...(backup.archive ? [{ name: "archive.password", ...secrets.file(ARCHIVE_ROLE_PASSWORD) }] : []),
    ...(hasDatabase && postgres.tls ? [authorityFile(context, DATABASE_CA)] : []),
    ...Object.entries(backup.credentials).map(([variable, secret]) => {
      mustBeThere(name, variable, secret);
      // Without where it comes from: nobody can make it.
      const { secretFile, hash } = secrets.file(`own-${secret}`);
      return { name: `credentials/${variable}`, secretFile, hash };
    }),
  ];
}

/** Of somebody else's server: one that is made here opens nothing. */
function mustBeThere(deployment: string, variable: string, secret: string): void {
  const file = join(deploymentHome(deployment), "secrets", `own-${secret}`);
  try {
    readFileSync(file);
  } catch {
    throw new UserError(
      `backup.credentials.${variable}: ${file} is not there`,
      "write into it what the repository's server gave you, readable by you alone (chmod 0400)",
    );
  }
}
