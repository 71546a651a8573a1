import { createHash } from "node:crypto";
import { hashedText } from "../core/config-hash.ts";
import { FILES } from "../core/container-folders.ts";
import { roleOf } from "../core/labels.ts";
import type { ContainerSpec, Stack } from "../runners/stack.ts";
import type { Upload } from "../runners/stack-json.ts";
import { secretPath } from "./paths.ts";

type SecretUpload = Extract<Upload, { readonly source: string }>;
type PublicUpload = Extract<Upload, { readonly content: string }>;

/** A one-shot container that hands files over, and what it hands over. */
export interface Delivery {
  readonly container: ContainerSpec;

  /** `mosquitto-files`. */
  readonly role: string;

  /** `MOSQUITTO_FILES`: the variable with the keyed hash of its secret files. */
  readonly variable: string;

  readonly public: readonly PublicUpload[];

  /** Secret files by their path in the rendered folder. */
  readonly secret: readonly (SecretUpload & { readonly path: string })[];
}

/** A deployment as it is rendered: the synthesized stack, and the same without anything of this machine in it. */
export interface Model {
  readonly stack: Stack;
  readonly deliveries: readonly Delivery[];

  /** Container name to the text of its config-hash label, with `<VARIABLE>` for what only the server knows. */
  readonly labels: ReadonlyMap<string, string>;
}

/** @param home the deployment's own directory on this machine, where its secrets are */
export function modelOf(stack: Stack, home: string): Model {
  const deliveries = stack.containers
    .filter(({ uploads }) => uploads.length > 0)
    .map((container) => delivery(container, stack, home));
  const labels = new Map(stack.containers.map((container) => [container.name, label(container, deliveries)]));
  return { stack, deliveries, labels };
}

function delivery(container: ContainerSpec, { folder }: Stack, home: string): Delivery {
  const role = roleOf(container);
  return {
    container,
    role,
    variable: role.toUpperCase().replaceAll("-", "_"),
    public: container.uploads.filter((upload): upload is PublicUpload => "content" in upload),
    secret: container.uploads
      .filter((upload): upload is SecretUpload => "source" in upload)
      .map((upload) => ({ ...upload, path: secretPath(upload, folder, home) })),
  };
}

/**
 * The same on every machine; the server adds its part for each `<VARIABLE>` (core/config-hash.ts).
 */
function label(container: ContainerSpec, deliveries: readonly Delivery[]): string {
  const read = deliveries.filter(
    (delivery) => delivery.container === container || sharesFiles(container, delivery.container),
  );
  const files = read.map((delivery) => [
    delivery.public,
    delivery.secret.map(({ file, path, origin }) => [file, path, origin]),
  ]);
  const fixed = createHash("sha256").update(hashedText(container.block, files)).digest("hex");
  const own = read.filter(({ secret }) => secret.length > 0).map(({ variable }) => `<${variable}>`);
  return [fixed.slice(0, 12), ...own].join("-");
}

/** Files are always at one path; a volume elsewhere is data, or certificates that change under who serves them. */
const sharesFiles = (reader: ContainerSpec, writer: ContainerSpec): boolean =>
  reader.volumes.some(
    ({ name, path }) => path === FILES && writer.volumes.some((volume) => volume.name === name),
  );

/** A file for the server: each variable of a delivery is one of `.env` there. Anything else that looks like one is the user's. */
export const withServerParts = (text: string, { deliveries }: Model): string =>
  withVariables(text, (variable) =>
    deliveries.some((delivery) => delivery.variable === variable)
      ? `\${${variable}:?run ./start.sh}`
      : `<${variable}>`,
  );

/** A label's text with each `<VARIABLE>` replaced. */
export const withVariables = (text: string, replace: (variable: string) => string): string =>
  text.replaceAll(/<([A-Z][A-Z0-9_]*)>/g, (_, variable: string) => replace(variable));
