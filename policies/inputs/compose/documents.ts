import {
  isAlias,
  isCollection,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  type Document as Parsed,
  parseAllDocuments,
  type ScalarTag,
} from "yaml";
import { UserError } from "../../../core/errors.ts";
import type { Commented } from "../../document.ts";
import { inlineWaivers } from "./inline-waivers.ts";
import type { Path } from "./tree.ts";

/** One document of a file, before anything is filled or merged. */
export interface Document {
  readonly value: unknown;

  /** Where `!reset` or `!override` stands: what earlier files say there does not count. */
  readonly replaced: readonly Path[];

  /** Line of `services.web` and of everything else that has a name, from 1. */
  readonly lines: ReadonlyMap<string, number>;

  /** Waivers in comments, those of the whole file at its first document. */
  readonly commented: readonly Commented[];
}

/** Far above every file of people, and little work: aliases written out in full. */
const MAX_NODES = 1_000_000;

/**
 * Parses the documents of a YAML file, or of a JSON file, which is a part of YAML.
 *
 * @throws UserError for broken syntax, for tags that are not Compose's, and for aliases that grow beyond measure
 */
export function parseDocuments(text: string, file: string): readonly Document[] {
  const lineCounter = new LineCounter();
  const parsed = parseAllDocuments(text, {
    merge: true,
    customTags: (tags) => [INTEGER, ...tags],
    lineCounter,
  });
  const documents = [...parsed] as Parsed.Parsed[];
  for (const document of documents) {
    const [error] = document.errors;
    if (error) throw new UserError(`${file}: ${error.message.trimEnd()}`, "fix the syntax at that place");
  }
  const found = documents.flatMap((document) =>
    document.contents === null ? [] : [read(document, file, lineCounter)],
  );
  const commented = inlineWaivers(text, new Map(found.flatMap(({ lines }) => [...lines])));
  return found.map((document, at) => ({ ...document, commented: at === 0 ? commented : [] }));
}

/** Go reads integers with a leading zero as octal ones, and takes underscores; Compose is written in Go. */
const INTEGER: ScalarTag = {
  tag: "tag:yaml.org,2002:int",
  default: true,
  test: /^[-+]?(?:0[0-7_]+|0b[01_]+|[1-9][0-9]*_[0-9_]*|[0-9]{16,})$/,
  resolve: (text) => {
    const [, sign = "", digits = ""] = /^([-+]?)(.*)$/.exec(text.replaceAll("_", "")) ?? [];
    const value = Number(/^0[0-7]/.test(digits) ? `0o${digits.slice(1)}` : digits);
    // Beyond what a number of JavaScript holds, the digits count.
    return Number.isSafeInteger(value) ? (sign === "-" ? -value : value) : text;
  },
};

function read(document: Parsed.Parsed, file: string, lineCounter: LineCounter): Omit<Document, "commented"> {
  const walk = new Walk(document, file, lineCounter);
  if (walk.size(document.contents) > MAX_NODES)
    throw new UserError(
      `${file}: its aliases stand for more than ${MAX_NODES} values`,
      "write less with aliases",
    );
  walk.visit(document.contents, []);
  return { value: plainValue(document, file), replaced: walk.replaced, lines: walk.lines };
}

/** Syntax that is sound may still say what cannot be: `<<` with a text or a list of texts behind it. */
function plainValue(document: Parsed.Parsed, file: string): unknown {
  try {
    return document.toJS({ maxAliasCount: -1 });
  } catch (error) {
    if (error instanceof RangeError) throw error;
    throw new UserError(
      `${file}: ${(error as Error).message}`,
      "put a mapping, or a list of mappings, behind each <<",
    );
  }
}

/** Goes through the nodes of a document, aliases included. */
class Walk {
  readonly replaced: Path[] = [];
  readonly lines = new Map<string, number>();
  readonly #document: Parsed.Parsed;
  readonly #file: string;
  readonly #lineCounter: LineCounter;
  readonly #sizes = new Map<unknown, number>();

  constructor(document: Parsed.Parsed, file: string, lineCounter: LineCounter) {
    this.#document = document;
    this.#file = file;
    this.#lineCounter = lineCounter;
  }

  /** How many values a node stands for once every alias is written out. */
  size(node: unknown): number {
    const known = this.#sizes.get(node);
    if (known !== undefined) {
      if (Number.isNaN(known))
        throw new UserError(`${this.#file}: an alias stands in what it names`, "remove it");
      return known;
    }
    this.#sizes.set(node, Number.NaN);
    const size = this.#sizeOf(node);
    this.#sizes.set(node, size);
    return size;
  }

  #sizeOf(node: unknown): number {
    if (isAlias(node)) return this.size(this.#target(node));
    if (!isCollection(node)) return 1;
    return node.items.reduce(
      (sum: number, item) =>
        sum + (isNode(item) ? this.size(item) : this.size((item as { value: unknown }).value)),
      1,
    );
  }

  #target(alias: Node & { readonly source: string }): Node {
    const target = (alias as unknown as { resolve(document: unknown): Node | undefined }).resolve(
      this.#document,
    );
    if (target !== undefined) return target;
    throw new UserError(
      `${this.#file}: line ${this.#line(alias)}: the alias *${alias.source} has no anchor`,
      "put texts that begin with * in quotes, or fix the alias",
    );
  }

  /** Notes lines and tags, and takes out what `!reset` stands for. */
  visit(node: unknown, path: Path): void {
    if (isAlias(node)) this.visit(this.#target(node), path);
    else if (isMap(node)) {
      for (const pair of [...node.items]) {
        const key = String(isScalar(pair.key) ? pair.key.value : pair.key);
        const inner = key === "<<" ? path : [...path, key];
        if (inner.length === 2) this.#note(inner, pair.key);
        if (this.#isReset(pair.value, inner)) node.items.splice(node.items.indexOf(pair), 1);
        else this.visit(pair.value, inner);
      }
    } else if (isSeq(node)) {
      for (const item of [...node.items]) {
        const inner = [...path, "[]"];
        if (this.#isReset(item, inner)) node.items.splice(node.items.indexOf(item), 1);
        else this.visit(item, inner);
      }
    }
  }

  #note(path: Path, key: unknown): void {
    const name = path.join(".");
    if (!this.lines.has(name)) this.lines.set(name, this.#line(key));
  }

  #line(node: unknown): number {
    const offset = (node as { range?: readonly number[] | null }).range?.[0];
    return offset === undefined ? 1 : this.#lineCounter.linePos(offset).line;
  }

  #isReset(node: unknown, path: Path): boolean {
    const tag = (node as { tag?: string } | null)?.tag;
    if (tag === undefined || !tag.startsWith("!")) return false;
    if (tag !== "!reset" && tag !== "!override")
      throw new UserError(
        `${this.#file}: line ${this.#line(node)}: the tag ${tag} is not known; allowed: !reset, !override`,
        "remove the tag",
      );
    this.replaced.push(path);
    return tag === "!reset";
  }
}

const isNode = (item: unknown): boolean => isCollection(item) || isScalar(item) || isAlias(item);
