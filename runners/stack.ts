import { createHash } from "node:crypto";
import { join, resolve } from "node:path";
import { z } from "zod";
import { UserError } from "../core/errors.ts";
import type { ImageRecipe } from "../core/image-recipe.ts";
import { readOwnJson } from "../core/own-files.ts";
import { readIfThere } from "../core/private-files.ts";
import type { Origin } from "../core/secret-text.ts";
import {
  type ContainerFacts,
  readContainerFacts,
  readStackFacts,
  type StackFacts,
} from "../core/stack-facts.ts";
import type {
  ContainerBlock,
  RawContainer,
  RawNetwork,
  RawRest,
  RawStack,
  RawVolume,
  Upload,
} from "./stack-json.ts";

/** A container as the synthesized JSON declares it, with its references resolved to names. */
export interface ContainerSpec {
  readonly name: string;
  readonly image: string;

  /** Runs once and exits 0; anything else runs for ever. */
  readonly job: boolean;

  readonly labels: Readonly<Record<string, string>>;
  readonly networks: readonly {
    readonly name: string;
    readonly aliases: readonly string[];

    /** @default - the engine picks one */
    readonly address?: string;
  }[];
  readonly volumes: readonly { readonly name: string; readonly path: string; readonly readOnly: boolean }[];
  readonly uploads: readonly Upload[];

  /** Names of the containers that have to be up, or done, before. */
  readonly dependsOn: readonly string[];

  /** The setting that its limits come from, such as `redis.limits`; absent where they are the kit's own. */
  readonly limitsAt?: string;

  /** Its data that only one version of the service reads. @default - none */
  readonly versioned?: NonNullable<ContainerFacts["versioned"]>;

  /** Everything else, as Terraform spells it. */
  readonly block: ContainerBlock;
}

export interface NetworkSpec {
  readonly name: string;
  readonly internal: boolean;
  readonly ipv6: boolean;
  readonly subnets: readonly { readonly subnet: string; readonly gateway: string }[];
  readonly options: Readonly<Record<string, string>>;

  /** Attributes that have no field here, as Terraform spells them. @default none */
  readonly more?: Readonly<Record<string, unknown>>;
}

export interface VolumeSpec {
  readonly name: string;

  /** As of a network. @default none */
  readonly more?: Readonly<Record<string, unknown>>;
}

/** Where an engine is, and the folder of the certificates by which it is reached over TCP. */
export interface EngineAddress {
  readonly host: string;
  readonly certificates?: string;
}

/** The synthesized stack, as far as it concerns anyone who runs it. */
export interface Stack
  extends Pick<
    StackFacts,
    "listeners" | "database" | "ownDatabases" | "outside" | "bridge" | "firewall" | "swarm" | "preflight"
  > {
  /** How it is judged, as the JSON says it. */
  readonly policies?: unknown;

  /** The deployment's name. */
  readonly name: string;
  readonly folder: string;
  readonly containers: readonly ContainerSpec[];
  readonly networks: readonly NetworkSpec[];
  readonly volumes: readonly VolumeSpec[];
  readonly recipes: readonly ImageRecipe[];

  /** References of the images that containers run: tags of recipes, and those that a deployment names itself. */
  readonly images: readonly string[];

  /** Where Terraform keeps the state: `local`, or the name of a backend elsewhere. */
  readonly backend: string;

  /** The engine that the provider is told to use. @default - the one that this process is told of */
  readonly engine?: EngineAddress;

  /** Changes with every byte of the JSON. */
  readonly fingerprint: string;
}

const SYNTHESIZE = "run exploreiot synth, or npx cdktf synth";

/** The sign that tells a whole stack from half of one; cdktf wrote the rest. */
const shape = z.looseObject({
  terraform: z.looseObject({}).optional(),
  resource: z.record(z.string(), z.record(z.string(), z.looseObject({}))),
});

/** Changes with everything that the JSON says about one container or network. */
export const specHash = (spec: ContainerSpec | NetworkSpec): string =>
  createHash("sha256").update(JSON.stringify(spec)).digest("hex").slice(0, 16);

/**
 * Reads a synthesized stack. The JSON is the only thing the runners know about a deployment.
 *
 * @param folder `cdktf.out/stacks/<deployment>`
 */
export function readStack(folder: string): Stack {
  const { raw, text, path } = readRaw(folder);
  const { resource, terraform } = raw;
  const facts = readStackFacts(raw, path);
  if (facts === undefined) throw new UserError(`${path}: does not say which deployment it is of`, SYNTHESIZE);
  const { deployment, version: _, ...known } = facts;
  return {
    ...known,
    ...(known.swarm === undefined ? {} : { swarm: swarmIn(known.swarm, folder) }),
    name: deployment,
    folder,
    containers: Object.values(resource.docker_container ?? {}).map((raw) => container(raw, resource, path)),
    networks: Object.values(resource.docker_network ?? {}).map(network),
    volumes: Object.values(resource.docker_volume ?? {}).map(volume),
    recipes: Object.values(resource.terraform_data ?? {}).flatMap(
      ({ input }) => (Object(input) as { readonly recipes?: readonly ImageRecipe[] }).recipes ?? [],
    ),
    images: Object.values(resource.docker_image ?? {}).map(({ name }) => unescaped(name)),
    backend: Object.keys(terraform?.backend ?? {})[0] ?? "local",
    ...engineIn(raw, folder),
    fingerprint: createHash("sha256").update(text).digest("hex"),
  };
}

function engineIn({ provider }: RawStack, folder: string): Pick<Stack, "engine"> {
  const [{ host, cert_path } = {}] = provider?.docker ?? [];
  if (host === undefined) return {};
  return {
    engine: { host, ...(cert_path === undefined ? {} : { certificates: resolve(folder, cert_path) }) },
  };
}

/** With the folders of certificates as they are found from here. */
const swarmIn = (swarm: NonNullable<StackFacts["swarm"]>, folder: string) => ({
  ...swarm,
  ...(swarm.engines === undefined
    ? {}
    : {
        engines: Object.fromEntries(
          Object.entries(swarm.engines).map(([node, { host, certificates }]) => [
            node,
            { host, ...(certificates === undefined ? {} : { certificates: resolve(folder, certificates) }) },
          ]),
        ),
      }),
});

/** Resources as they stand in the JSON, for what needs to know how Terraform calls them. */
export const rawResources = ({ folder }: Stack): RawStack["resource"] => readRaw(folder).raw.resource;

/** The JSON, its text, and where it is. */
function readRaw(folder: string): { readonly raw: RawStack; readonly text: string; readonly path: string } {
  const path = join(folder, "cdk.tf.json");
  const text = readIfThere(path);
  const raw = readOwnJson(path, shape, SYNTHESIZE);
  if (text === undefined || raw === undefined)
    throw new UserError(`${path}: there is no synthesized stack`, SYNTHESIZE);
  return { raw: raw as unknown as RawStack, text, path };
}

function container(raw: RawContainer, resource: RawStack["resource"], path: string): ContainerSpec {
  const { "//": _, ...attributes } = raw;
  const { origins, limitsAt, versioned } = readContainerFacts(raw, `${path}: ${raw.name}`) ?? {};
  const { name, image, must_run, labels, networks_advanced, volumes, upload, depends_on, ...block } =
    attributes;
  // References are resolved from the text as Terraform reads it; what is passed on is what Terraform would make of it.
  return {
    name,
    image: unescaped(named(image, resource)),
    job: must_run === false,
    labels: Object.fromEntries((labels ?? []).map(({ label, value }) => [label, value])),
    networks: (networks_advanced ?? []).map((entry) => ({
      name: named(entry.name, resource),
      aliases: entry.aliases ?? [],
      ...(entry.ipv4_address === undefined ? {} : { address: entry.ipv4_address }),
    })),
    volumes: (volumes ?? []).map((entry) => ({
      name: named(entry.volume_name, resource),
      path: entry.container_path,
      readOnly: entry.read_only ?? false,
    })),
    uploads: unescaped(upload ?? []).map((file) => withOrigin(file, origins?.[file.file])),
    ...(limitsAt === undefined ? {} : { limitsAt }),
    ...(versioned === undefined ? {} : { versioned }),
    dependsOn: (depends_on ?? []).map((address) => named(`\${${address}.name}`, resource)),
    block: unescaped(block),
  };
}

const withOrigin = (upload: Upload, origin: Origin | undefined): Upload =>
  "source" in upload && origin !== undefined ? { ...upload, origin } : upload;

/** Terraform's `$${` and `%%{` as the plain text they stand for. */
function unescaped<T>(value: T): T {
  if (typeof value === "string") return value.replaceAll("$${", "${").replaceAll("%%{", "%{") as T;
  if (Array.isArray(value)) return value.map(unescaped) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, unescaped(inner)])) as T;
}

function network(raw: RawNetwork): NetworkSpec {
  const { name, internal = false, ipv6 = false, ipam_config = [], options = {}, ...rest } = raw;
  return { name, internal, ipv6, subnets: ipam_config, options, ...more(rest) };
}

function volume({ name, ...rest }: RawVolume): VolumeSpec {
  return { name, ...more(rest) };
}

/** The rest of a network or a volume, without Terraform's own settings and without labels, in which runners differ. */
function more({ "//": _, labels: __, lifecycle: ___, depends_on: ____, ...rest }: RawRest): {
  readonly more?: Readonly<Record<string, unknown>>;
} {
  return Object.keys(rest).length === 0 ? {} : { more: unescaped(rest) };
}

/** `${docker_volume.Data.name}` and the like: the name of the resource referred to; other text as it is. */
function named(expression: string, resource: RawStack["resource"]): string {
  const [, type, id] = /^\$\{(\w+)\.([\w-]+)\.\w+\}$/.exec(expression) ?? [];
  if (type === undefined || id === undefined) return expression;
  const blocks = resource[type as keyof RawStack["resource"]] as
    | Record<string, { name?: string }>
    | undefined;
  const block = blocks?.[id];
  if (block === undefined) throw new Error(`${expression}: refers to nothing in the stack`);
  return block.name ?? expression;
}
