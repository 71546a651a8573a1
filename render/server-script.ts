import type { ImageRecipe } from "../core/image-recipe.ts";
import { composeProject } from "../core/labels.ts";
import { type IssuedPair, isText, namesIn, type SecretText } from "../core/secret-text.ts";
import { shellCommand, shellWord } from "../core/shell-words.ts";
import { dependentsOf, ofRole, variableOf } from "../runners/containers.ts";
import { restorable } from "../runners/restore/places.ts";
import { repositoryLocation } from "../runners/restore/reach.ts";
import type { ContainerSpec, Stack } from "../runners/stack.ts";
import type { Delivery, Model } from "./model.ts";
import { configPath } from "./paths.ts";

/** deployment.sh: what start.sh has to know of this deployment, as calls of start.sh's own functions. */
export function deploymentScript(model: Model): string {
  const { stack } = model;
  return [
    ...preparation(model),
    `processors=${processorsOf(stack)}`,
    "",
    ...shellFunction(
      "deliveries",
      model.deliveries.map((delivery) => call("deliver", delivery.container.name, ...handedOver(delivery))),
    ),
    ...shellFunction(
      "older_data",
      stack.containers.flatMap((container) => formerSteps(container, stack)),
    ),
    ...restoreFacts(model),
  ].join("\n");
}

/** The least number of processors of a machine whose engine makes every container. */
const processorsOf = ({ containers }: Stack): number =>
  Math.max(...containers.map(({ block }) => Math.ceil(Number(block.cpus ?? 0))));

/**
 * The images, secrets and digests of a deployment: every target needs them before it starts.
 *
 * @param images those that the target runs
 */
export function preparation(model: Model, images: readonly string[] = model.stack.images): readonly string[] {
  const { stack, deliveries } = model;
  const withSecrets = deliveries.filter(({ secret }) => secret.length > 0);
  return [
    "# Read by start.sh. Written by exploreiot render: change the configuration and render again.",
    `project=${composeProject(stack.name)}`,
    `wait_seconds=${waitSeconds(stack)}`,
    `mosquitto_image=${shellWord(ofRole(stack, "mosquitto")?.image ?? "")}`,
    "",
    ...shellFunction(
      "images",
      images.map((image) => call("image", image, ...pulled(image, stack.recipes))),
    ),
    ...shellFunction("secrets", secretSteps(model)),
    ...shellFunction(
      "digests",
      withSecrets.map(({ variable, secret }) =>
        call("digest", variable, ...secret.map(({ path }) => tail(path))),
      ),
    ),
  ];
}

/** How long a service may take until it is healthy, and a job until it is done. */
export const waitSeconds = ({ containers }: Stack): number =>
  Math.max(...containers.map(({ block }) => block.wait_timeout ?? 0)) * 2;

/** A function of deployment.sh; one that has nothing to do is still one. */
export const shellFunction = (name: string, steps: readonly string[]): readonly string[] => [
  `${name}() {`,
  ...steps.map((step) => `  ${step}`),
  "  :",
  "}",
  "",
];

/** For each volume that an earlier version filled: what start.sh's `older` has to know to carry it over. */
const formerSteps = (spec: ContainerSpec, stack: Stack): readonly string[] =>
  (spec.versioned?.former ?? []).map(({ version, volume }) =>
    call(
      "older",
      ...serverOf(spec),
      ...[String(spec.versioned?.version), spec.versioned?.volume ?? "", String(version), volume],
      ...dependentsOf(stack, spec).map(({ name }) => name),
    ),
  );

/** Facts that restore.sh has to know: where the repository is and what opens it, and where each part of a snapshot goes. */
function restoreFacts({ stack, deliveries }: Model): readonly string[] {
  const location = repositoryLocation(stack);
  if (location === undefined) return [];
  const files = repositoryFiles(deliveries);
  const postgres = ofRole(stack, "postgres");
  const places = restorable(stack);
  return [
    `deployment=${shellWord(stack.name)}`,
    `backup_image=${shellWord(location.image)}`,
    `repository=${shellWord(location.location)}`,
    `repository_name=${shellWord(location.name)}`,
    `repository_mount=${shellWord(location.mount ?? "")}`,
    `postgres_major=${postgres?.versioned?.version ?? ""}`,
    "",
    ...shellFunction(
      "repository_files",
      files.map(({ name, path }) => call("credential", name, path)),
    ),
    `restored_volumes() { echo ${places.map(({ volume }) => shellWord(volume)).join(" ")}; }`,
    "",
    ...shellFunction(
      "databases",
      postgres === undefined ? [] : [call("load_database", ...serverOf(postgres))],
    ),
    ...shellFunction(
      "places",
      places.map(({ volume, from, user = "" }) => call("place", volume, from, user)),
    ),
  ];
}

/** The secrets that open the repository and log in to its server: names in a container, and where each lies in the folder. */
export const repositoryFiles = (deliveries: Model["deliveries"]) =>
  (deliveries.find(({ role }) => role === "backup-files")?.secret ?? [])
    .map(({ file, path }) => ({ name: file.replace(/^\/incoming\//, ""), path }))
    .filter(({ name }) => name === "password" || name.startsWith("credentials/"));

/** The first arguments of start.sh's `older` and restore.sh's `load_database`. */
const serverOf = (spec: ContainerSpec): readonly string[] => [
  ...[spec.name, spec.image, spec.block.user ?? "", `${spec.block.memory}m`],
  ...[variableOf(spec, "PGDATA") ?? "", variableOf(spec, "POSTGRES_INITDB_ARGS") ?? ""],
];

/** Each file of a delivery: where it lies in the folder, and where the container looks for it. */
const handedOver = ({ role, public: files, secret }: Delivery): readonly string[] => [
  ...files.flatMap((upload) => [configPath(role, upload), upload.file]),
  ...secret.flatMap(({ path, file }) => [path, file]),
];

const pulled = (image: string, recipes: readonly ImageRecipe[]): readonly string[] => {
  const recipe = recipes.find(({ tag }) => tag === image);
  // An image that the deployment names itself is pulled by that name.
  return recipe === undefined ? [image] : recipe.pull === undefined ? [] : [recipe.pull];
};

/** Names of the secrets that a server needs, in the order of the first file that holds them. */
export function secretNames({ deliveries }: Model): readonly string[] {
  const names = deliveries.flatMap(({ secret }) => secret.flatMap(({ origin }) => namesIn(origin)));
  return [...new Set(names)];
}

function secretSteps(model: Model): readonly string[] {
  const names = secretNames(model);
  const files = model.deliveries.flatMap(({ secret }) => secret);
  const steps = files.flatMap(({ path, origin }) => {
    if (origin === undefined) return [call("brought", tail(path))];
    if (isText(origin))
      return names.includes(tail(path)) ? [] : [call("derived", tail(path), ...kinds(origin))];
    return "pair" in origin ? pairSteps(origin) : [];
  });
  return [...names.map((name) => call("secret", name)), ...new Set(steps)];
}

const pairSteps = ({ pair, name, subject, hosts, authority }: IssuedPair): readonly string[] => [
  ...(authority === undefined ? [] : [call("authority", authority, `${subject} CA`)]),
  call("pair", pair, name, authority ?? "", subject, ...hosts),
];

const kinds = (text: SecretText): readonly string[] =>
  text.flatMap((part) => (typeof part === "string" ? ["text", part] : [part.as, part.secret]));

/** Below `secrets/`, where start.sh looks for every one of them. */
const tail = (path: string): string => path.replace(/^secrets\//, "");

const call = (name: string, ...args: readonly string[]): string => shellCommand(name, ...args);
