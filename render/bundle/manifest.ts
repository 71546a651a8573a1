import { z } from "zod";

/** Checksums of every other file of a bundle, as coreutils write them. */
export const SUMS = "SHA256SUMS";

/** Of the checksums: it covers every file. */
export const SIGNATURE = `${SUMS}.minisig`;

/** Folders of a bundle: what `docker load` takes, what the folder on the server is to hold, a mirror of Terraform's providers. */
export const IMAGES = "images/";
export const RENDERED = "render/";
export const PROVIDERS = "providers/";

/** In the rendered folder, so that the folder says which bundle it came from. */
export const MANIFEST = "bundle.json";

const digest = z.string().regex(/^sha256:[0-9a-f]{64}$/);

/** The manifest of a bundle. */
export const manifestShape = z.strictObject({
  version: z.literal(1),
  deployment: z.string(),
  kit: z.string().describe("version of the kit that made it"),
  made: z.iso.datetime().describe("RFC 3339 in UTC"),
  platform: z.string().describe("of its images, such as linux/amd64"),
  images: z
    .array(
      z.strictObject({
        reference: z.string(),
        ids: z
          .array(digest)
          .readonly()
          .describe("by which an engine may know it: of its config, of its manifest"),
      }),
    )
    .readonly(),
  layers: z
    .array(z.string())
    .readonly()
    .describe("paths of all layers of its images, also of those left out"),
  since: z
    .strictObject({
      made: z.iso.datetime().describe("when the bundle was made that has the layers left out"),
      left: z.array(z.string()).readonly().describe("paths of the layers that are not in here"),
    })
    .exactOptional()
    .describe("absent for a whole bundle"),
});

export type Manifest = z.output<typeof manifestShape>;
