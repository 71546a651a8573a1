import { z } from "zod";
import { absolutePath, text } from "../../core/formats.ts";
import { environmentName, limits } from "../../site/fields.ts";
import { defineService } from "../definition.ts";

/** restic's index and the throw-away server of a verification, at once. */
const LEAST_BACKUP_MIB = 192;

/** Name of the password of the repository in the secret store. */
export const REPOSITORY_PASSWORD = "backup-password";

/** A target with a password in it would stand in the JSON for everyone to read. */
const repository = z.union(
  [
    absolutePath,
    text(
      /^(?:sftp:[A-Za-z0-9._~/:@[\]-]+|(?:s3|rest):https?:\/\/[A-Za-z0-9._~/:[\]-]+\/[A-Za-z0-9._~/-]*)$/,
      "",
    ),
  ],
  {
    error:
      'a folder on the engine\'s machine ("/srv/backups"), "sftp:user@host:/folder", "s3:https://host/bucket" or "rest:https://host:port/name", without a password: that is one of backup.credentials',
  },
);

/** The credentials of restic and ssh at each kind of target; nothing that would change what is done there. */
const CREDENTIAL =
  /^(AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|DEFAULT_REGION)|RESTIC_(REST_(USERNAME|PASSWORD)|CACERT)|SSH_(PRIVATE_KEY|KNOWN_HOSTS))$/;

const duration = text(
  /^(?:[1-9]\d?h|[1-9]\dm)$/,
  'hours or minutes, 10 minutes at least, such as "6h" or "30m"',
);

const DAY = 86_400;

const settings = z
  .strictObject({
    enabled: z.boolean().default(false).describe("whether it is a part of the deployment"),
    repository: repository
      .optional()
      .describe(
        "where backups go, in restic's notation; default: a volume of the deployment, which is lost with the machine",
      ),
    credentials: z
      .record(
        environmentName.regex(CREDENTIAL, {
          error:
            "AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_DEFAULT_REGION, RESTIC_REST_USERNAME, RESTIC_REST_PASSWORD, RESTIC_CACERT, SSH_PRIVATE_KEY or SSH_KNOWN_HOSTS",
        }),
        text(
          /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/,
          "the NAME of a secret: letters, digits, dashes, underscores",
        ),
      )
      .default({})
      .describe(
        "how the repository's server is logged in to: each is the NAME of a secret, .exploreiot/DEPLOYMENT/secrets/own-NAME",
      ),
    at: text(/^(?:[01]\d|2[0-3]):[0-5]\d$/, 'a time of day in UTC, such as "02:30"')
      .optional()
      .describe("when one is made each day, in UTC; default: 02:30"),
    every: duration.optional().describe("in place of at: the time between two"),
    keep: z
      .strictObject({
        last: z.int().min(1).max(1000).default(3).describe("the newest ones"),
        daily: z.int().min(0).max(1000).default(7).describe("the newest of each of so many days"),
        weekly: z.int().min(0).max(1000).default(5).describe("the newest of each of so many weeks"),
        monthly: z.int().min(0).max(1000).default(12).describe("the newest of each of so many months"),
      })
      .prefault({})
      .describe("which ones stay; the last verified one always does"),
    verify: z
      .int()
      .min(1)
      .max(1000)
      .default(1)
      .describe("each so many-th is restored into a throw-away server and compared"),
    archive: z
      .boolean()
      .default(false)
      .describe(
        "whether PostgreSQL's log is archived as it is written, so that at most a minute is lost with the machine, and any minute of keep.daily days can be restored",
      ),
    limits: limits(384, 1, 128, LEAST_BACKUP_MIB),
  })
  .refine(({ at, every }) => at === undefined || every === undefined, { error: "either at or every" })
  .prefault({})
  .describe("backups of the data, the broker, the volumes and the deployment's own directory");

export type BackupSettings = z.output<typeof settings>;

/** Makes backups by a schedule of its own, and restores each to see that it is good. */
export const backup = defineService({
  name: "backup",
  settings,
  isServed: () => false,
  needs: ["postgres", "mosquitto"],
  // Every snapshot is encrypted under a key of the repository, which each of its passwords opens.
  keyrings: () => ({
    [REPOSITORY_PASSWORD]: {
      role: "backup",
      add: ["backup", "key", "add"],
      keep: ["backup", "key", "keep"],
    },
  }),
  issuedSecrets: ({ credentials }) => Object.values(credentials).map((name) => `own-${name}`),
  readsVolumes: true,
});

/** Seconds between two. */
export function intervalSeconds({ every }: BackupSettings): number {
  if (every === undefined) return DAY;
  return Number.parseInt(every, 10) * (every.endsWith("h") ? 3600 : 60);
}

/** The age in seconds at which the last one is too old: one was missed, and the next one is late. */
export const oldestSeconds = (settings: BackupSettings): number => 2 * intervalSeconds(settings);

/** The archive is sent twice a minute; one that is behind by more has a reason. */
export const ARCHIVE_OLDEST_SECONDS = 300;

/** The time of day at which one is made; undefined where they are made in intervals. */
export const timeOfDay = ({ at, every }: BackupSettings): string | undefined =>
  every === undefined ? (at ?? "02:30") : undefined;

/**
 * A server that the repository is on, as the address of what is connected to; undefined for a folder of the machine and
 * for a volume.
 */
export function repositoryServer({ enabled, repository = "/" }: BackupSettings): string | undefined {
  if (!enabled || repository.startsWith("/")) return undefined;
  const url = /^(?:s3|rest):(https?:\/\/.*)$/.exec(repository)?.[1];
  if (url !== undefined) return url;
  // sftp://user@host:port//folder, or user@host:folder.
  const [, server = ""] =
    /^sftp:(?:\/\/)?(?:[^@/]*@)?(\[[^\]]*\](?::\d+(?=\/))?|[^/:]+(?::\d+(?=\/))?)/.exec(repository) ?? [];
  return `ssh://${server}`;
}
