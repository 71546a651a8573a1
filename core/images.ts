import { join, relative, resolve, sep } from "node:path";
import { UserError } from "./errors.ts";
import { contextHash } from "./image-context.ts";
import {
  type ImageLock,
  pinsFile,
  readImageLock,
  readPins,
  repositoryOf,
  type Upstream,
} from "./image-pins.ts";
import type { BuildArgument, ImageRecipe, ImageSource, ParentImage } from "./image-recipe.ts";
import { POSTGRES_MAJOR } from "./postgres-major.ts";

export type KitImage =
  | "postgres"
  | "redis"
  | "mosquitto"
  | "edge"
  | "renewer"
  | "firewall"
  | "backup"
  | "probe"
  | "capture"
  | "backend"
  | "frontend";
type ImageName = KitImage | ParentImage;

export interface ImageSettings {
  /** `registry` pulls what images/upstream.Dockerfile pins, `packages` builds, `auto` pulls where it can and builds otherwise. */
  readonly source: ImageSource;
  /** Host and path that stand in for Docker Hub. @default - Docker Hub */
  readonly registryMirror?: string | undefined;
  /** Debian archive; its security archive is expected at the same address plus `-security`. @default - deb.debian.org */
  readonly debianMirror?: string | undefined;
}

/** A user's own image. An argument that is an image of the kit lets a Dockerfile that starts with
 * `ARG BASE=python:3.13-slim` / `FROM ${BASE}` also build where no registry is reached. */
export interface UserBuild {
  readonly context: string;
  readonly dockerfile?: string | undefined;
  readonly args?: Readonly<Record<string, BuildArgument>> | undefined;
}

interface Definition {
  /** For people. @default - a user's own, who knows */
  readonly does?: string;

  readonly context: string;
  readonly dockerfile?: string | undefined;
  readonly target?: string;
  readonly args: Readonly<Record<string, BuildArgument>>;

  /** Whose official image stands in for this one. @default - that of its own name */
  readonly pinnedAs?: ImageName;
}

const fromBase = { BASE: [{ image: "base" }] } as const;
const fromPython = { ...fromBase, PYTHON: [{ image: "python" }] } as const;
/** Every image of the kit; the table in images/README.md is made from it. */
export const imageDefinitions: Readonly<Record<ImageName, Definition>> = {
  base: { does: "parent of all others", context: "images/base", args: {} },
  python: { does: "parent of the backend: Python 3.13 and venv", context: "images/python", args: fromBase },
  node: {
    does: "parent of the frontend: the Node 24 binary, nothing else",
    context: "images/node",
    target: "node",
    args: fromPython,
  },
  "node-build": {
    does: "builds the frontend: npm as well",
    context: "images/node",
    target: "node-build",
    args: fromPython,
    pinnedAs: "node",
  },
  postgres: {
    does: "PostgreSQL 17, without JIT",
    context: "images/postgres",
    args: { ...fromBase, MAJOR: [String(POSTGRES_MAJOR)] },
  },
  redis: { does: "Valkey 8.1", context: "images/redis", args: fromBase },
  mosquitto: {
    does: "Mosquitto 2.0 and its clients, with a guard of its own",
    context: "images/mosquitto",
    args: fromBase,
  },
  edge: { does: "HAProxy 3.0, which ends TLS", context: "images/edge", args: fromBase },
  renewer: {
    does: "dehydrated and lighttpd: certificates by ACME",
    context: "images/renewer",
    args: fromBase,
  },
  firewall: {
    does: "nft 1.1, and the script that keeps rules applied",
    context: "images/firewall",
    args: fromBase,
  },
  backup: {
    does: "restic, and PostgreSQL 17 to dump and to restore",
    context: "images/backup",
    args: { ...fromBase, MAJOR: [String(POSTGRES_MAJOR)], MOSQUITTO: [{ image: "mosquitto" }] },
  },
  probe: {
    does: "hands over the program that asks services whether they work",
    context: "images/probe",
    args: fromBase,
  },
  capture: {
    does: "dumpcap and tshark, for the verb `capture` alone",
    context: "images/capture",
    args: fromBase,
  },
  backend: { does: "the reference application", context: "apps/backend", args: fromBase },
  frontend: {
    does: "the reference application",
    context: "apps/frontend",
    args: { NODE_BUILD: [{ image: "node-build" }], NODE: [{ image: "node" }] },
  },
};

/**
 * All recipes needed for `names`, parents first. Reads files only.
 *
 * @param projectRoot what contexts are relative to
 * @param kitRoot the folder with the kit's images. @default - the project's root, as in a checkout
 * @throws UserError for source `registry` where an official image has no digest
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
  readonly #pins: Readonly<Record<string, Upstream>>;
  readonly #recipes = new Map<string, ImageRecipe>();
  readonly #unpinned: string[] = [];

  constructor(root: string, settings: ImageSettings, kitRoot: string) {
    this.#root = root;
    this.#kit = relative(root, kitRoot);
    this.#settings = settings;
    this.#lock = readImageLock(join(kitRoot, "images/lock.json"));
    this.#pins = readPins(pinsFile(kitRoot));
  }

  add(name: ImageName): ImageRecipe {
    const { context, pinnedAs = name, ...rest } = imageDefinitions[name];
    const own = { ...rest, context: posix(join(this.#kit, context)) };
    return this.#recipes.get(name) ?? this.addDefinition(name, own, this.#pins[pinnedAs]);
  }

  addDefinition(name: string, definition: Definition, official?: Upstream): ImageRecipe {
    const { source, registryMirror } = this.#settings;
    const upstream = source === "packages" ? undefined : official;
    const pullOnly = source === "registry" && upstream !== undefined;
    const unpinned = upstream && !upstream.digest ? `${upstream.ref}:${upstream.tag}` : undefined;
    if (pullOnly && unpinned !== undefined) this.#unpinned.push(`${name} (${unpinned})`);
    const { args, parents } = this.#resolve(pullOnly ? {} : definition.args);
    const parts = {
      context: definition.context,
      ...(definition.dockerfile === undefined ? {} : { dockerfile: definition.dockerfile }),
      ...(definition.target === undefined ? {} : { target: definition.target }),
      buildArgs: args,
      parents,
      ...(name === "base" ? { rootfs: this.#rootfs() } : {}),
    };
    const choice = upstream?.digest ? [source, upstream.ref, upstream.digest] : ["packages"];
    const recipe: ImageRecipe = {
      tag: `exploreiot/${name}:${contextHash(this.#root, name, parts, choice)}`,
      ...parts,
      ...(upstream?.digest ? { pull: `${repositoryOf(upstream, registryMirror)}@${upstream.digest}` } : {}),
      ...(unpinned === undefined ? {} : { unpinned }),
      source,
    };
    this.#recipes.set(name, recipe);
    return recipe;
  }

  finish(): readonly ImageRecipe[] {
    if (this.#unpinned.length === 0) return [...this.#recipes.values()];
    throw new UserError(
      `images.source: "registry" takes images by digest only, and images/upstream.Dockerfile has no digest for ${this.#unpinned.join(", ")}`,
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

function posix(path: string): string {
  return path.split(sep).join("/");
}
