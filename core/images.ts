import { join, relative, resolve, sep } from "node:path";
import { z } from "zod";
import { UserError } from "./errors.ts";
import { contextHash } from "./image-context.ts";
import type { BuildArgument, ImageRecipe, ImageSource, ParentImage } from "./image-recipe.ts";
import { damaged, readOwnJson } from "./own-files.ts";

export type KitImage =
  | "postgres"
  | "redis"
  | "mosquitto"
  | "edge"
  | "renewer"
  | "firewall"
  | "probe"
  | "backend"
  | "frontend";
type ImageName = KitImage | ParentImage;

export interface ImageSettings {
  /** `registry` pulls what images/lock.json pins, `packages` builds, `auto` pulls where it can and builds otherwise. */
  readonly source: ImageSource;
  /** Host and path that stand in for Docker Hub. @default - Docker Hub */
  readonly registryMirror?: string | undefined;
  /** Debian archive; its security archive is expected at the same address plus `-security`. @default - deb.debian.org */
  readonly debianMirror?: string | undefined;
}

export interface Upstream {
  readonly ref: string;
  readonly tag: string;
  readonly indexDigest: string | null;
  readonly images: Readonly<Record<string, string>>;
}

export interface ImageLock {
  readonly debian: { readonly suite: string; readonly refreshed: string };
  readonly upstream: Readonly<Record<string, Upstream>>;
}

const lockShape: z.ZodType<ImageLock> = z.object({
  debian: z.object({ suite: z.string(), refreshed: z.string() }),
  upstream: z.record(
    z.string(),
    z.object({
      ref: z.string(),
      tag: z.string(),
      indexDigest: z.string().nullable(),
      images: z.record(z.string(), z.string()),
    }),
  ),
});

/**
 * Reads images/lock.json.
 *
 * @throws UserError if it is damaged or not there
 */
export function readImageLock(file: string): ImageLock {
  const remedy = "take it from the repository again: git checkout images/lock.json";
  const lock = readOwnJson(file, lockShape, remedy);
  if (lock === undefined) throw damaged(file, "not there", remedy);
  return lock;
}

/** A user's own image. An argument that is an image of the kit lets a Dockerfile that starts with
 * `ARG BASE=python:3.11-slim` / `FROM ${BASE}` also build where no registry is reached. */
export interface UserBuild {
  readonly context: string;
  readonly dockerfile?: string | undefined;
  readonly args?: Readonly<Record<string, BuildArgument>> | undefined;
}

interface Definition {
  readonly context: string;
  readonly dockerfile?: string | undefined;
  readonly target?: string;
  readonly args: Readonly<Record<string, BuildArgument>>;
}

const fromBase = { BASE: [{ image: "base" }] } as const;
const fromPython = { ...fromBase, PYTHON: [{ image: "python" }] } as const;
const definitions: Readonly<Record<ImageName, Definition>> = {
  base: { context: "images/base", args: {} },
  python: { context: "images/python", args: fromBase },
  node: { context: "images/node", target: "node", args: fromPython },
  "node-build": { context: "images/node", target: "node-build", args: fromPython },
  postgres: { context: "images/postgres", args: fromBase },
  redis: { context: "images/redis", args: fromBase },
  mosquitto: { context: "images/mosquitto", args: fromBase },
  edge: { context: "images/edge", args: fromBase },
  renewer: { context: "images/renewer", args: fromBase },
  firewall: { context: "images/firewall", args: fromBase },
  probe: { context: "images/probe", args: fromBase },
  backend: { context: "apps/backend", args: fromBase },
  frontend: {
    context: "apps/frontend",
    args: { NODE_BUILD: [{ image: "node-build" }], NODE: [{ image: "node" }] },
  },
};

/**
 * All recipes needed for `names`, parents first. Reads files only.
 *
 * @param projectRoot what contexts are relative to
 * @param kitRoot the folder with the kit's images. @default - the project's root, as in a checkout
 * @throws UserError for source `registry` where images/lock.json has no digest
 */
export function imageRecipes(
  projectRoot: string,
  names: readonly (KitImage | ParentImage)[],
  settings: ImageSettings,
  kitRoot: string = projectRoot,
): readonly ImageRecipe[] {
  const plan = new Plan(projectRoot, settings, kitRoot);
  for (const name of names) plan.add(name);
  return plan.finish();
}

/** The recipe of a user's image, tag `exploreiot/<name>:<hash>`, after those of the kit's images it is built on. */
export function userImageRecipes(
  projectRoot: string,
  build: UserBuild,
  name: string,
  settings: ImageSettings = { source: "auto" },
  kitRoot: string = projectRoot,
): readonly ImageRecipe[] {
  const plan = new Plan(projectRoot, settings, kitRoot);
  const { args = {}, ...rest } = build;
  plan.addDefinition(name, {
    ...rest,
    context: posix(relative(projectRoot, resolve(projectRoot, build.context))),
    args,
  });
  return plan.finish();
}

/** The last of `userImageRecipes`: the user's image alone. */
export function userImageRecipe(...args: Parameters<typeof userImageRecipes>): ImageRecipe {
  return userImageRecipes(...args).at(-1) as ImageRecipe;
}

class Plan {
  readonly #root: string;

  /** Where the kit's own contexts are, relative to the root. */
  readonly #kit: string;
  readonly #settings: ImageSettings;
  readonly #lock: ImageLock;
  readonly #recipes = new Map<string, ImageRecipe>();
  readonly #unpinned: string[] = [];

  constructor(root: string, settings: ImageSettings, kitRoot: string) {
    this.#root = root;
    this.#kit = relative(root, kitRoot);
    this.#settings = settings;
    this.#lock = readImageLock(join(kitRoot, "images/lock.json"));
  }

  add(name: ImageName): ImageRecipe {
    const { context, ...rest } = definitions[name];
    const own = { ...rest, context: posix(join(this.#kit, context)) };
    return this.#recipes.get(name) ?? this.addDefinition(name, own, this.#lock.upstream[name]);
  }

  addDefinition(name: string, definition: Definition, upstream?: Upstream): ImageRecipe {
    const { source, registryMirror } = this.#settings;
    const pullOnly = source === "registry" && upstream !== undefined;
    if (pullOnly && upstream.indexDigest === null)
      this.#unpinned.push(`${name} (${upstream.ref}:${upstream.tag})`);
    const { args, parents } = this.#resolve(pullOnly ? {} : definition.args);
    const pullable = source !== "packages" && upstream?.indexDigest ? upstream : undefined;
    const parts = {
      context: definition.context,
      ...(definition.dockerfile === undefined ? {} : { dockerfile: definition.dockerfile }),
      ...(definition.target === undefined ? {} : { target: definition.target }),
      buildArgs: args,
      parents,
      ...(name === "base" ? { rootfs: this.#rootfs() } : {}),
    };
    const choice = pullable ? [source, upstream?.ref, upstream?.indexDigest] : ["packages"];
    const recipe: ImageRecipe = {
      tag: `exploreiot/${name}:${contextHash(this.#root, name, parts, choice)}`,
      ...parts,
      ...(pullable ? { pull: pullReference(pullable, registryMirror), pullIds: pullable.images } : {}),
      source,
    };
    this.#recipes.set(name, recipe);
    return recipe;
  }

  finish(): readonly ImageRecipe[] {
    if (this.#unpinned.length === 0) return [...this.#recipes.values()];
    throw new UserError(
      `images.source: "registry" takes images by digest only, and images/lock.json has no digest for ${this.#unpinned.join(", ")}`,
      "run `exploreiot images lock` on a machine that reaches a registry",
      'or set images.source to "auto" or "packages", which build the images from packages',
    );
  }

  #resolve(wanted: Readonly<Record<string, BuildArgument>>) {
    const parents = new Set<string>();
    const textOf = (part: BuildArgument[number]): string => {
      if (typeof part === "string") return part;
      const { tag } = this.add(part.image);
      parents.add(tag);
      return tag;
    };
    const args = Object.fromEntries(
      Object.entries(wanted).map(([key, parts]) => [key, parts.map(textOf).join("")]),
    );
    return { args, parents: [...parents] };
  }

  #rootfs() {
    const mirror = (this.#settings.debianMirror ?? "http://deb.debian.org/debian").replace(/\/+$/, "");
    const { suite, refreshed } = this.#lock.debian;
    return { suite, mirror, securityMirror: `${mirror}-security`, epoch: Date.parse(refreshed) / 1000 };
  }
}

function pullReference({ ref, indexDigest }: Upstream, mirror: string | undefined): string {
  const path = mirror === undefined ? ref : `${mirror}/${ref.includes("/") ? ref : `library/${ref}`}`;
  return `${path}@${indexDigest}`;
}

function posix(path: string): string {
  return path.split(sep).join("/");
}
