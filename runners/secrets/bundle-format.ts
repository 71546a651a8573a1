import { createHash } from "node:crypto";
import { z } from "zod";
import { ROTATION_FILE } from "../../core/rotation-state.ts";

export const SECRETS = "secrets";

/** The files that another operator needs to go on with a deployment. */
export const ENTRIES: readonly string[] = [
  ...["pki", "hashes", "declared-data.json", "data-volumes.json", ROTATION_FILE],
  SECRETS,
];

const entry = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*(\/[A-Za-z0-9][A-Za-z0-9_.-]*)*$/)
  .refine((path) => ENTRIES.includes(path.split("/")[0] as string));

export const bundleContent = z.strictObject({
  version: z.literal(1),
  deployment: z.string(),

  /** How often its secrets were rotated: a lower number is an older bundle. */
  rotations: z.int(),
  files: z.record(entry, z.string()),

  /** Links to a folder next to them. */
  links: z.record(entry, z.string().regex(/^pairs\/[0-9a-f]{16}$/)),
});

/** 16 hex digits of the encrypted bundle, by which two people tell each other that it is the same one. */
export const fingerprintOf = (bundle: Uint8Array): string =>
  createHash("sha256").update(bundle).digest("hex").slice(0, 16);

export type BundleContent = z.output<typeof bundleContent>;
