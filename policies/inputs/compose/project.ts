import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import type { Commented, Place } from "../../document.ts";
import { asLiteral } from "../../files.ts";
import { type Block, blocks, texts } from "../../values.ts";
import { mapping } from "./canonical.ts";
import { conform, type Gap } from "./conform.ts";
import { circles, contradictions } from "./consistency.ts";
import type { Source } from "./context.ts";
import { withDependencies } from "./dependencies.ts";
import { dotEnv, envFile, envFilesTogether, rawEnvFile, type Variables } from "./dotenv.ts";
import { PROJECT } from "./keys.ts";
import { readModel } from "./model.ts";
import { withDefaultNetwork, withNames, withNetworks } from "./names.ts";
import { mapped } from "./tree.ts";

/** A compose project in Compose's own long form: variables filled, files merged, paths absolute. */
export interface Project {
  readonly name: string;
  readonly folder: string;
  readonly services: Readonly<Record<string, Block>>;
  readonly networks: Readonly<Record<string, Block>>;
  readonly volumes: Readonly<Record<string, Block>>;
  readonly configs: Readonly<Record<string, Block>>;
  readonly secrets: Readonly<Record<string, Block>>;
  readonly models: Readonly<Record<string, Block>>;

  /** `x-exploreiot`: how it is judged. */
  readonly settings: unknown;

  /** The parts of it that are not understood. */
  readonly gaps: readonly Gap[];
  readonly places: ReadonlyMap<string, Place>;

  /** Waivers in comments. */
  readonly commented: readonly Commented[];

  /** Every file that was read for it, but for the sources whose documents were given. */
  readonly files: ReadonlySet<string>;
}

/** The environment of the shell: Compose takes its variables before those of `.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads a compose project from the files that it is made of, in their order.
 *
 * @param sources at least one; their folder, or that of the first, is where paths count from
 * @param envFiles what is read instead of `.env`
 * @throws UserError if one of them, or a file that it names, cannot be read or is not sound
 */
export function readProject(
  sources: readonly Source[],
  folder = dirname(resolve(sources[0]?.file ?? ".")),
  environment: Environment = process.env,
  envFiles: readonly string[] = [],
): Project {
  const shell = new Map(
    Object.entries(environment).map(([name, value = ""]) => [name, asLiteral(value) ?? ""]),
  );
  const stated =
    envFiles.length === 0 ? dotEnv(join(folder, ".env"), shell) : envFilesTogether(envFiles, shell);
  const variables = new Map([...stated, ...shell]);
  const gaps: Gap[] = [];
  const commented: Commented[] = [];
  const notes = { gaps, commented, places: new Map<string, Place>(), files: new Set<string>() };
  const model = readModel(sources, { folder, variables, notes, including: [] });
  const { services = {}, ...whole } = conform(model, PROJECT, gaps) as Readonly<Record<string, Sections>>;
  gaps.push(...contradictions({ services, ...whole }));
  const complete = withNetworks(
    mapped(inOrder(services), (service, name) =>
      withDependencies(withFiles(service as Block, name, variables, gaps)),
    ) as Sections,
  );
  gaps.push(...circles(complete));
  const name = nameOf(model.name, folder, variables);
  return {
    name,
    folder,
    services: complete,
    ...used(complete, whole, name),
    settings: model["x-exploreiot"],
    ...notes,
  };
}

type Sections = Readonly<Record<string, Block>>;

/** By name: files that are merged have no other order, and what Compose prints has this one. */
const inOrder = (section: Sections): Sections =>
  Object.fromEntries(Object.entries(section).sort(([one], [other]) => (one < other ? -1 : 1)));

function nameOf(given: unknown, folder: string, variables: Variables): string {
  const name = variables.get("COMPOSE_PROJECT_NAME") || given || basename(folder);
  return String(name)
    .toLowerCase()
    .replaceAll(/[^a-z0-9_-]/g, "")
    .replace(/^[_-]+/, "");
}

/** A service with the variables and labels of its files under its own. */
function withFiles(service: Block, name: string, variables: Variables, gaps: Gap[]): Block {
  const { env_file, label_file, ...rest } = service;
  const path = ["services", name];
  const own = mapping(service.environment);
  const before = (key: string) => variables.get(key) ?? own[key] ?? undefined;
  const environment = new Map<string, string | null>();
  for (const { path: file, required, format } of blocks(service, "env_file")) {
    const read = format === "raw" ? rawEnvFile : envFile;
    if (existsSync(String(file)))
      for (const [key, value] of read(
        String(file),
        (key) => before(key) ?? environment.get(key) ?? undefined,
      ))
        environment.set(key, value);
    else if (required !== false) gaps.push({ path, evidence: `env_file ${file} is not here` });
  }
  const labels = new Map<string, string>();
  for (const file of texts(service, "label_file")) {
    if (existsSync(file))
      for (const [key, value] of envFile(file, (key) => labels.get(key))) labels.set(key, value);
    else gaps.push({ path, evidence: `label_file ${file} is not here` });
  }
  return {
    ...rest,
    ...sorted("environment", { ...Object.fromEntries(environment), ...own }),
    ...sorted("labels", { ...Object.fromEntries(labels), ...mapping(service.labels) }),
  };
}

const sorted = (name: string, values: Readonly<Record<string, string | null>>): Block =>
  Object.keys(values).length === 0 ? {} : { [name]: mapping(values) };

/**
 * Compose makes nothing that no service uses. A file without services is there for others to include: all of it counts.
 */
function used(services: Sections, whole: Readonly<Record<string, Sections>>, project: string): Used {
  const all = Object.values(services);
  const keys = (key: string) => all.flatMap((service) => Object.keys(blocks(service, key)[0] ?? {}));
  const sources = (key: string) => all.flatMap((service) => blocks(service, key).map(({ source }) => source));
  const ofBuilds = all.flatMap((service) =>
    blocks(service, "build").flatMap((build) => blocks(build, "secrets").map(({ source }) => source)),
  );
  const section = (name: string, names: readonly unknown[], declared = whole[name] ?? {}): Sections =>
    Object.fromEntries(
      Object.entries(inOrder(declared)).filter(([key]) => all.length === 0 || names.includes(key)),
    );
  const networks = withDefaultNetwork(whole.networks ?? {}, services);
  return {
    networks: withNames(section("networks", keys("networks"), networks), project),
    volumes: withNames(section("volumes", sources("volumes")), project),
    configs: withNames(section("configs", sources("configs")), project),
    secrets: withNames(section("secrets", [...sources("secrets"), ...ofBuilds]), project),
    models: section("models", keys("models")),
  };
}

type Used = Pick<Project, "networks" | "volumes" | "configs" | "secrets" | "models">;
