import { z } from "zod";
import { absolutePath, argumentName, imageReference } from "../../core/formats.ts";
import {
  command,
  enabled,
  environmentName,
  healthCheck,
  limitFields,
  numericUser,
  slug,
  urlPath,
} from "../../site/fields.ts";

const environment = z
  .record(environmentName, z.string())
  .default({})
  .describe("plain values; {postgres.host} and the like are filled in");

const secrets = z
  .record(
    environmentName,
    z.strictObject({
      value: z.string().min(1).describe('for example "{postgres.password}" or "{secret.session-key}"'),
      as: z
        .enum(["file", "variable"])
        .default("file")
        .describe("file: NAME_FILE names a file; variable: exported at start, for images that know no files"),
    }),
  )
  .default({});

/** What one program of the backend is given by itself: laid over what all of them share. */
const roleSettings = {
  environment,
  secrets,
  limits: z
    .strictObject(limitFields)
    .partial()
    .optional()
    .describe("default: the backend's limits, each that is not named here"),
  networks: z
    .array(z.enum(["broker", "data"]))
    .min(1)
    .optional()
    .describe("which of broker and data it joins; default: both. A published role is on edge as well"),
};

export const role = z.strictObject({
  name: slug,
  command: command.optional().describe("default: the image's own command"),
  replicas: z.int().min(1).max(16).default(1),
  publish: z.boolean().default(false).describe("whether the backend listener leads to this role"),
  health: healthCheck
    .optional()
    .describe("how it is probed; default: GET healthPath on the application's port"),
  ...roleSettings,
});

/** The name of the migration among the roles. */
export const MIGRATE = "migrate";

export const migration = z.strictObject({ command, ...roleSettings });

export const buildContext = z.strictObject({
  context: z.string().min(1).describe("folder, relative to the site file"),
  dockerfile: z.string().min(1).optional().describe("default: Dockerfile in the context"),
  args: z
    .record(argumentName, z.string())
    .optional()
    .describe(
      "build arguments, never secrets; {exploreiot/base}, {backend.publicUrl} and the like are filled in",
    ),
});

/** Fields that every deployable application has; the frontend and the backend add their own. */
export const application = (user: string) => ({
  enabled,
  image: imageReference.optional().describe("any image reference; default: the kit's reference application"),
  build: buildContext.optional().describe("build this context instead of using `image`"),
  user: numericUser.default(user),
  healthPath: urlPath.default("/healthz"),
  environment,
  secrets,
  tmpfs: z
    .array(z.strictObject({ path: absolutePath, sizeMiB: z.int().min(1).max(4096).default(16) }))
    .default([{ path: "/tmp", sizeMiB: 16 }]),
  volumes: z.array(z.strictObject({ name: slug, path: absolutePath })).default([]),
});

export type Role = z.output<typeof role>;
export type Migration = z.output<typeof migration>;
export type InnerNetwork = NonNullable<Role["networks"]>[number];
export type BuildContext = z.output<typeof buildContext>;
