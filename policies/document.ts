import { LABEL } from "../core/labels.ts";
import type { StackFacts } from "../core/stack-facts.ts";
import { type Block, isBlock } from "./values.ts";

/** The purpose of a stack. One that does not say is judged as production. */
export type Environment = "local" | "production";

/** The source of a document: Terraform's JSON, a plan of Terraform, or a compose file. */
export type Dialect = "terraform" | "plan" | "compose";

/**
 * One thing that rules judge. Its type is
 *
 * - Terraform's for a resource: `docker_container`, `docker_network`, …, also `module` and `terraform` (its settings);
 * - `provider.docker`, `data.docker_image`, `variable`, `output` for what else a stack declares;
 * - `file/mosquitto.conf` and the like for a file that a container is given or that lies next to the stack (`files.ts`);
 * - `plan/change` for what a plan will do to one resource;
 * - `stack`, of which there is one, for claims about the whole.
 */
export interface Resource {
  readonly type: string;
  readonly id: string;

  /** Construct path as cdktf noted it; the Terraform address of what has no construct. */
  readonly path: string;

  /** The attributes as they stand in the JSON, blocks either as an object or as a list. */
  readonly block: Block;
}

/** The value where a resource should stand. */
export interface Unreadable {
  readonly path: string;
  readonly evidence: string;
}

/** The text of a comment about something, not checked yet. */
export interface Commented {
  readonly path: string;
  readonly value: unknown;
}

/** Where something stands in a file, from line 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** A reference that was followed: `${docker_network.Data.id}` is the attribute `id` of that network. */
export interface Target {
  readonly resource: Resource;
  readonly attribute: string;
}

/** The parts of a document; the readers of `inputs/` bring each kind of file into this shape. */
export interface Contents {
  readonly dialect: Dialect;

  /** Resources, modules and settings: what `*` stands for. */
  readonly resources: readonly Resource[];

  /** Everything else that has a type of its own. */
  readonly declarations: readonly Resource[];
  readonly unreadable: readonly Unreadable[];

  /** Keys and values that its reader does not understand, so that nobody can judge them. @default - none */
  readonly notUnderstood?: readonly Unreadable[];

  /** The document's own settings of how it is judged: `{ stopAt, waivers }`, not checked yet. */
  readonly settings?: unknown;

  /** Waivers in comments, at what they stand next to. @default - none */
  readonly commented?: readonly Commented[];

  /** The folder of its files, which no report names: it is another one in each checkout. */
  readonly folder?: string | undefined;

  /** The kit's facts about a stack that it synthesized; for any other, rules go by what they see. */
  readonly facts?: StackFacts | undefined;
}

const REFERENCE = /^\$\{\s*(\w+)\.([\w.-]+)\.(\w+)\s*\}$/;

/** A stack, as the rules see it. */
export class StackDocument {
  readonly dialect: Dialect;
  readonly resources: readonly Resource[];
  readonly unreadable: readonly Unreadable[];
  readonly notUnderstood: readonly Unreadable[];
  readonly commented: readonly Commented[];
  readonly folder: string | undefined;
  readonly settings: unknown;
  readonly facts: StackFacts | undefined;
  readonly environment: Environment;
  readonly #byAddress: ReadonlyMap<string, Resource>;
  readonly #byType = new Map<string, Resource[]>();
  readonly #followed = new Map<string, Target | undefined>();

  /** By the types, since rules and helpers ask for the same few again and again. */
  readonly #byTypes = new Map<string, readonly Resource[]>();

  constructor({
    dialect,
    resources,
    declarations,
    unreadable,
    notUnderstood = [],
    commented = [],
    folder,
    settings,
    facts,
  }: Contents) {
    this.dialect = dialect;
    this.resources = resources;
    this.unreadable = unreadable;
    this.notUnderstood = notUnderstood;
    this.commented = commented;
    this.folder = folder;
    this.settings = settings;
    this.facts = facts;
    this.environment = environmentIn(resources);
    this.#byAddress = new Map(resources.map((resource) => [`${resource.type}.${resource.id}`, resource]));
    for (const resource of [...resources, ...declarations]) {
      const alike = this.#byType.get(resource.type);
      if (alike === undefined) this.#byType.set(resource.type, [resource]);
      else alike.push(resource);
    }
  }

  /** Resources of the types; `*` stands for every resource. */
  of(types: readonly string[]): readonly Resource[] {
    const [only] = types;
    if (types.length === 1 && only !== undefined && only !== "*") return this.#byType.get(only) ?? [];
    if (types.includes("*")) return this.resources;
    const key = types.join(" ");
    const known =
      this.#byTypes.get(key) ??
      ([] as Resource[]).concat(...types.map((type) => this.#byType.get(type) ?? []));
    this.#byTypes.set(key, known);
    return known;
  }

  /** Whether there is nothing in it that a rule could look at. */
  get isEmpty(): boolean {
    const types = [...this.#byType.keys()].filter((type) => type !== "stack");
    return types.length + this.unreadable.length + this.notUnderstood.length === 0;
  }

  /** The files that belong to it: those of type `file/…`. */
  get files(): readonly Resource[] {
    return [...this.#byType].flatMap(([type, alike]) => (type.startsWith("file/") ? alike : []));
  }

  /** Follows a reference that is a whole value; undefined for anything else, also for a reference to nothing. */
  follow(value: unknown): Target | undefined {
    if (typeof value !== "string" || !value.startsWith("${")) return undefined;
    if (!this.#followed.has(value)) this.#followed.set(value, this.#target(value));
    return this.#followed.get(value);
  }

  #target(value: string): Target | undefined {
    const [, type, id, attribute] = REFERENCE.exec(value) ?? [];
    const resource = this.#byAddress.get(`${type}.${id}`);
    return resource === undefined || attribute === undefined ? undefined : { resource, attribute };
  }
}

/** `local` only if every container says so: what says nothing, or two things, is judged strictly. */
function environmentIn(resources: readonly Resource[]): Environment {
  const said = resources
    .filter(({ type }) => type === "docker_container" || type === "docker_service")
    .map(({ block }) => environmentOf(block));
  return said.length > 0 && said.every((value) => value === "local") ? "local" : "production";
}

function environmentOf({ labels }: Block): unknown {
  const entries: readonly unknown[] = Array.isArray(labels) ? labels : [labels];
  return entries.filter(isBlock).find(({ label }) => label === LABEL.environment)?.value;
}
