import { z } from "zod";

const count = z.int().nonnegative();

/**
 * `manifest.json` of a snapshot: what was read, counted at the moment of the backup. The program in images/backup writes
 * it; a restored snapshot is compared with it.
 */
export const backupManifest = z.strictObject({
  version: z.literal(2),
  deployment: z.string(),
  made: z.iso.datetime().describe("RFC 3339 in UTC"),
  kit: z.string().describe("version of the kit"),
  images: z.record(z.string(), z.string()).describe("reference of the image of each container, by its role"),

  /** Null where the deployment has no PostgreSQL of its own. */
  postgres: z
    .strictObject({
      major: z.int().positive(),
      databases: z.array(
        z.strictObject({
          name: z.string(),
          owner: z.string(),
          dump: z
            .string()
            .regex(/^[0-9a-f]{64}$/)
            .describe("id of the snapshot that is its dump"),
          bytes: count.describe("of its dump"),
          tables: z
            .array(
              z.strictObject({
                schema: z.string(),
                table: z.string().describe("a partition counts by itself"),
                rows: count,
                checksum: z.string().describe("sum over a hash of each row, a decimal number of any size"),
              }),
            )
            .describe("by schema and name"),
        }),
      ),
    })
    .nullable(),

  /** The broker's file of its last save; null where there is none. */
  broker: z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/), bytes: count }).nullable(),
  volumes: z.array(
    z.strictObject({
      service: z.string(),
      name: z.string(),
      files: count,
      bytes: count.describe("their size"),
    }),
  ),
  home: z.strictObject({ files: count.describe("0: it was not handed over") }),
});

export type BackupManifest = z.output<typeof backupManifest>;

/** `/state/last.json` of the backup container. */
export const lastBackup = z.strictObject({
  at: z.iso.datetime().nullable().describe("when the last snapshot was made; null before the first one"),
  id: z.string().nullable(),
  verified: z.strictObject({ at: z.iso.datetime(), id: z.string() }).nullable(),
  failed: z
    .strictObject({ at: z.iso.datetime(), reason: z.string() })
    .nullable()
    .describe("the step that failed last, and was not done well since"),
  bytes: count.describe("of the last snapshot, before deduplication and compression"),
  seconds: count.describe("that it took"),

  /** Null where PostgreSQL's log is not archived. */
  archive: z
    .strictObject({
      from: z.iso
        .datetime()
        .nullable()
        .describe("moments from here on can be restored; null before the first base backup"),
      until: z.iso.datetime().nullable().describe("up to here; null before anything was sent"),
      behind: z.int().describe("seconds since then"),
      verified: z
        .strictObject({ at: z.iso.datetime(), from: z.iso.datetime(), to: z.iso.datetime() })
        .nullable()
        .describe("when the log was last replayed on its base backup, and which moments that proved"),
      failed: z.strictObject({ at: z.iso.datetime(), reason: z.string() }).nullable(),
    })
    .nullable(),
});

export type LastBackup = z.output<typeof lastBackup>;
