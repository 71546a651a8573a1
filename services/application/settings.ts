import { z } from "zod";
import { FILES } from "../../core/container-folders.ts";
import { absolutePath, argumentName, imageReference, text } from "../../core/formats.ts";
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
import { publishedTopic, subscribedTopic } from "../../site/topics.ts";

/** The script that exports secrets as variables, next to a program's own files. */
export const WRAPPER = "with-secrets.sh";

const environment = z
  .record(environmentName, z.string())
  .default({})
  .describe("plain values; {postgres.host} and the like are filled in");

const secret = z.strictObject({
  value: z.string().min(1).describe('for example "{postgres.password}" or "{secret.session-key}"'),
  as: z
    .enum(["file", "variable"])
    .default("file")
    .describe("file: NAME_FILE names a file; variable: exported at start, for images that know no files"),
});

const secrets = z
  .record(environmentName, secret)
  .default({})
  .describe("values that nobody but the program reads, by the name of a variable");

const fileName = text(
  /^(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9._-]*(?:\/[A-Za-z0-9][A-Za-z0-9._-]*)*$/,
  'the name of a file, or a path such as "provisioning/source.yaml", of letters, digits, dots, dashes and underscores',
).refine((path) => path.split("/").every((name) => name.length <= 255), {
  error: "names of at most 255 characters, which is what Linux allows",
});

const fileSource = z.union(
  [
    z.strictObject({
      text: z.string().min(1).describe("references are filled in, those to secrets as well; {{ is one brace"),
    }),
    z.strictObject({
      from: z.string().min(1).describe("a text file, relative to the site file, used as it is"),
    }),
  ],
  { error: "either text: …, or from: the path of a file next to the site file" },
);

const files = z
  .record(fileName, fileSource)
  .default({})
  .describe(`read-only files below ${FILES}; what is in them is no secret, but for references to secrets`);

/** At the broker, as a user of its own; `%u` is the user's name. */
export const brokerUser = z
  .strictObject({
    publish: z.array(publishedTopic).default([]).describe("topics that it may publish to; %u is its name"),
    subscribe: z.array(subscribedTopic).default([]).describe("topics that it may read; %u is its name"),
  })
  .describe("a user of its own at the broker, {mosquitto.user} and {mosquitto.password}, with these topics");

/** The settings of one program of the backend by itself: laid over what all of them share. */
const roleSettings = {
  environment,
  secrets,
  files,
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
  name: slug.describe("names its container, and its logins at the stores"),
  command: command.optional().describe("default: the image's own command"),
  replicas: z.int().min(1).max(16).default(1).describe("how many containers run it"),
  publish: z.boolean().default(false).describe("whether the backend listener leads to this role"),
  health: healthCheck
    .optional()
    .describe("how it is probed; default: GET healthPath on the application's port"),
  mqtt: brokerUser.optional().describe("default: the user backend, which all roles share"),
  ...roleSettings,
});

/** The name of the migration among the roles. */
export const MIGRATE = "migrate";

export const migration = z.strictObject({
  command: command.describe("the program and its arguments"),
  ...roleSettings,
});

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

export const volume = {
  name: slug.describe("names the volume, behind the deployment and the service"),
  path: absolutePath.describe("folder in the container"),
};

/** Fields that every application has; the frontend, the backend and services of the user's own add theirs. */
export const application = (user: string, without = "default: the kit's reference application") => ({
  enabled,
  image: imageReference.optional().describe(`any image reference; ${without}`),
  build: buildContext.optional().describe("build this context instead of using `image`"),
  user: numericUser.default(user).describe("numeric user and group that it runs as"),
  environment,
  secrets,
  files,
  tmpfs: z
    .array(
      z.strictObject({
        path: absolutePath.describe("folder in the container"),
        sizeMiB: z.int().min(1).max(4096).default(16).describe("MiB, which count towards limits.memoryMiB"),
      }),
    )
    .default([{ path: "/tmp", sizeMiB: 16 }])
    .describe("folders in memory that it may write to; they are empty at each start"),
  volumes: z.array(z.strictObject(volume)).default([]).describe("folders that are kept"),
});

/** For the applications that the kit has itself, and those in their place. */
export const healthPath = urlPath
  .default("/healthz")
  .describe("a GET of it is answered with 2xx or 3xx when the service works");

export type ApplicationSettings = z.output<z.ZodObject<ReturnType<typeof application>>>;
export type Secret = z.output<typeof secret>;
export type FileSource = z.output<typeof fileSource>;
export type Role = z.output<typeof role>;
export type Migration = z.output<typeof migration>;
export type InnerNetwork = NonNullable<Role["networks"]>[number];
export type BuildContext = z.output<typeof buildContext>;
