import { z } from "zod";
import { type Manifest, manifestShape } from "../../render/bundle/manifest.ts";

export const bundleKeyOutput = z.strictObject({
  privateKey: z.string().describe("file; anyone who has it can sign in its owner's name"),
  publicKey: z.string().describe("file, for everyone who applies the bundles"),
});

/** A bundle as the other three verbs tell of it. */
const told = {
  ...manifestShape.pick({ deployment: true, kit: true, made: true, platform: true, since: true }).shape,
  images: z.array(z.string()).readonly(),
};
const signedBy = z.string().exactOptional().describe("id of the key; absent with --unsigned");
export const bundleCreateOutput = z.strictObject({ ...told, file: z.string() });
export const bundleVerifyOutput = z.strictObject({ ...told, file: z.string(), signedBy });
export const bundleApplyOutput = z.strictObject({ ...told, folder: z.string(), signedBy });

export const toldOf = ({ version: _, layers: __, images, ...rest }: Manifest) => ({
  ...rest,
  images: images.map(({ reference }) => reference),
});

export const inWords = ({ deployment, images, made, kit, since }: Manifest): string =>
  [
    `${deployment}, ${images.length} images, made ${made} by version ${kit}`,
    ...(since === undefined ? [] : [`without ${since.left.length} layers of the bundle made ${since.made}`]),
  ].join(", ");
