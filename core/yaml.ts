import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  visit,
} from "yaml";
import { UserError } from "./errors.ts";

/** A file that people wrote, and where in it each value stands. */
export interface YamlFile {
  readonly value: unknown;

  /**
   * The line, counted from 1, of the key or list item at a path such as `listeners.mqtt.port`; of the nearest one around it
   * that is there. A key that came by a merge (`<<`) or an alias stands where its anchor is: that is the text to change.
   */
  lineOf(path: string): number;

  /** The file again, with its comments. */
  text(): string;
}

/** Parses YAML, or JSON, which is a part of it. A module of its own so that only those who need it load the parser. */
export const parseYaml = (text: string, path: string): unknown => readYaml(text, path).value;

/**
 * As above, with the lines.
 *
 * @param change changes the document before its value is taken, and says whether it did. @default - nothing is changed
 */
export function readYaml(
  text: string,
  path: string,
  change: (document: Document) => boolean = () => false,
): YamlFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { prettyErrors: true, merge: true, lineCounter: lines });
  const [error] = document.errors;
  if (error) {
    const line = error.linePos?.[0].line ?? 1;
    throw new UserError(`${path}:${line}: ${error.message.trimEnd()}`, "fix the syntax at that place");
  }
  const lineAt = (offset: number) => lines.linePos(offset).line;
  const value = readValue(document, path, lineAt);
  const finder = new LineFinder(document, lineAt);
  return {
    value: change(document) ? readValue(document, path, lineAt) : value,
    lineOf: (wanted) => finder.lineOf(wanted),
    // Long lines stay what they are: people break them where they want.
    text: () => document.toString({ lineWidth: 0 }),
  };
}

function readValue(document: Document.Parsed, path: string, lineAt: (offset: number) => number): unknown {
  refuseCircles(document, (alias) => `${path}:${lineAt(alias.range?.[0] ?? 0)}`);
  try {
    return document.toJS() ?? {};
  } catch (error) {
    // An alias without its anchor shows only here: usually a text that begins with * and lacks its quotes.
    const offset = unresolvedAlias(document);
    throw new UserError(
      `${path}${offset === undefined ? "" : `:${lineAt(offset)}`}: ${(error as Error).message}`,
      "put texts that begin with * in quotes, or fix the alias",
    );
  }
}

/** An anchor that holds its own alias is sound YAML, and a value without an end. */
function refuseCircles(document: Document.Parsed, placeOf: (alias: Alias) => string): void {
  visit(document, {
    Alias(_, alias, around) {
      const anchor = alias.resolve(document);
      if (anchor !== undefined && around.includes(anchor))
        throw new UserError(
          `${placeOf(alias)}: *${alias.source} stands in the value of its own anchor, &${alias.source}`,
          "write the value there",
        );
    },
  });
}

function unresolvedAlias(document: Document.Parsed): number | undefined {
  let offset: number | undefined;
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document) !== undefined) return undefined;
      offset = alias.range?.[0];
      return visit.BREAK;
    },
  });
  return offset;
}

/** Walks the nodes of a document along paths. */
class LineFinder {
  readonly #document: Document.Parsed;
  readonly #lineAt: (offset: number) => number;

  constructor(document: Document.Parsed, lineAt: (offset: number) => number) {
    this.#document = document;
    this.#lineAt = lineAt;
  }

  lineOf(path: string): number {
    const { contents } = this.#document;
    const first = this.#lineAt(contents?.range[0] ?? 0);
    return this.#walk(contents, path, first).line;
  }

  /** The line of what a path leads to from a node; `rest` is the part of it that leads nowhere. */
  #walk(given: unknown, path: string, line: number): { readonly line: number; readonly rest: string } {
    const here = { line, rest: path };
    if (path === "") return here;
    const node = isAlias(given) ? given.resolve(this.#document) : given;
    const steps = isMap(node)
      ? node.items.map(({ key, value }) => ({ name: nameOf(key), at: key, value }))
      : isSeq(node)
        ? node.items.map((value, index) => ({ name: String(index), at: value, value }))
        : [];
    // Keys may have dots in them, such as the names of files: the longest that fits is meant.
    const [step] = steps
      .filter(({ name }) => path === name || path.startsWith(`${name}.`))
      .toSorted((a, b) => b.name.length - a.name.length);
    if (step !== undefined)
      return this.#walk(step.value, path.slice(step.name.length + 1), this.#lineOfNode(step.at) ?? line);
    const [merged] = steps
      .filter(({ name }) => name === MERGE)
      .flatMap(({ value }) => this.#mergedBy(value))
      .map((source) => this.#walk(source, path, line))
      .filter(({ rest }) => rest !== path);
    return merged ?? here;
  }

  /** What `<<` takes in: one mapping, or a list of them, of which the first that has a key gives it. */
  #mergedBy(value: unknown): readonly unknown[] {
    const node = isAlias(value) ? value.resolve(this.#document) : value;
    return isSeq(node) ? node.items : [node];
  }

  #lineOfNode(node: unknown): number | undefined {
    const offset =
      isScalar(node) || isMap(node) || isSeq(node) || isAlias(node) ? node.range?.[0] : undefined;
    return offset === undefined ? undefined : this.#lineAt(offset);
  }
}

const MERGE = "<<";

/** As it is written; the value of a merge key is a symbol of the library's. */
const nameOf = (key: unknown): string =>
  isScalar(key) ? (key.source ?? String(key.value ?? "")) : String(key);
