import { reader } from "../facts/parsed-files.ts";
import { parseRule, type Rule } from "./nftables-rules.ts";
import { NftTokens } from "./nftables-tokens.ts";

export interface Chain {
  readonly name: string;
  readonly line: number;

  /** Where packets enter it by themselves; undefined for chains that only jumps reach. */
  readonly hook?: { readonly type: string; readonly name: string; readonly priority: number };

  /** The verdict at its end. @default accept */
  readonly policy: string;
  readonly rules: readonly Rule[];
}

export interface Table {
  readonly family: string;
  readonly name: string;
  readonly line: number;

  /** A dormant table is not asked. */
  readonly flags: readonly string[];
  readonly chains: readonly Chain[];

  /** Elements of the named sets. */
  readonly sets: ReadonlyMap<string, readonly string[]>;
}

/** The commands of a file to nft, in order. */
export interface Command {
  readonly line: number;

  /** `add`, `create`, `delete`, `destroy`, `flush`, …; `define` where a table is written out. */
  readonly verb: string;

  /** The object of the command: `table`, `ruleset`, `chain`, … */
  readonly object: string;

  /** Family and name of the table; undefined for the whole ruleset. */
  readonly table?: string;
}

export interface Ruleset {
  readonly commands: readonly Command[];
  readonly tables: readonly Table[];
}

type Open<T> = { -readonly [K in keyof T]: T[K] };
type OpenChain = Omit<Open<Chain>, "rules"> & { rules: Rule[] };
type OpenTable = Omit<Open<Table>, "chains" | "sets" | "flags"> & {
  chains: OpenChain[];
  sets: Map<string, readonly string[]>;
  flags: string[];
};

const FAMILIES = new Set(["ip", "ip6", "inet", "arp", "bridge", "netdev"]);
const VERBS = new Set(["add", "create", "delete", "destroy", "flush", "insert", "reset", "list", "replace"]);

/**
 * Parses a file for `nft -f` as far as filters go: tables, sets, chains with their hooks, and rules with their
 * matches in order.
 *
 * @throws Error with the line, for what is not read here: other files, maps, expressions with masks
 */
export function parseNftables(text: string): Ruleset {
  return new Parser(new NftTokens(text)).ruleset();
}

class Parser {
  readonly #tokens: NftTokens;
  readonly #commands: Command[] = [];
  readonly #tables = new Map<string, OpenTable>();

  constructor(tokens: NftTokens) {
    this.#tokens = tokens;
  }

  ruleset(): Ruleset {
    const tokens = this.#tokens;
    for (tokens.skipSeparators(); !tokens.isAtEnd; tokens.skipSeparators()) {
      const { text, line } = tokens.next();
      if (text === "define" || text === "redefine") tokens.define();
      else if (text === "table") this.#table("define", line);
      else if (VERBS.has(text)) this.#command(text, line);
      else
        tokens.fail(text === "include" ? "other files are not read here" : `"${text}" is no command`, line);
    }
    return { commands: this.#commands, tables: [...this.#tables.values()] };
  }

  #command(verb: string, line: number): void {
    const object = this.#tokens.next().text;
    if (object === "table") this.#table(verb, line);
    else if (object === "ruleset") {
      if (FAMILIES.has(this.#tokens.peek())) this.#tokens.next();
      this.#commands.push({ line, verb, object });
    } else this.#inside(verb, object, line);
  }

  /** A command on what is in a table. */
  #inside(verb: string, object: string, line: number): void {
    const table = this.#tableNamed(line);
    this.#commands.push({ line, verb, object, table: `${table.family} ${table.name}` });
    if (verb === "add" && (object === "chain" || object === "set")) this.#member(table, object, line);
    else if ((verb === "add" || verb === "insert") && object === "rule") this.#looseRule(table, verb, line);
    else if (verb !== "flush") this.#tokens.fail(`"${verb} ${object}" is not read here`, line);
    else this.#tokens.statement();
  }

  #looseRule(table: OpenTable, verb: string, line: number): void {
    const chain = this.#chainNamed(table, this.#tokens.next().text, line);
    const rule = parseRule(this.#tokens.statement(), line);
    if (verb === "insert") chain.rules.unshift(...rule);
    else chain.rules.push(...rule);
  }

  #table(verb: string, line: number): void {
    const table = this.#tableNamed(line);
    const isWritten = this.#tokens.peek() === "{";
    const meaning = verb === "define" && !isWritten ? "add" : verb === "add" && isWritten ? "define" : verb;
    this.#commands.push({ line, verb: meaning, object: "table", table: `${table.family} ${table.name}` });
    if (isWritten) this.#tokens.block((word, at) => this.#inTable(table, word, at));
  }

  #tableNamed(line: number): OpenTable {
    const first = this.#tokens.next().text;
    const [family, name] = FAMILIES.has(first) ? [first, this.#tokens.next().text] : ["ip", first];
    const key = `${family} ${name}`;
    const table = this.#tables.get(key) ?? { family, name, line, chains: [], sets: new Map(), flags: [] };
    this.#tables.set(key, table);
    return table;
  }

  #inTable(table: OpenTable, word: string, line: number): void {
    if (word === "chain" || word === "set") this.#member(table, word, line);
    else if (word === "flags") table.flags.push(...this.#tokens.statement().filter((flag) => flag !== ","));
    else if (word === "comment") this.#tokens.statement();
    else if (word === "counter" || word === "limit") {
      this.#tokens.next();
      this.#tokens.block(() => this.#tokens.statement());
    } else this.#tokens.fail(`"${word}" in a table is not read here`, line);
  }

  #member(table: OpenTable, kind: string, line: number): void {
    const name = this.#tokens.next().text;
    if (kind === "set") this.#set(table, name);
    else {
      const chain = this.#chainNamed(table, name, line);
      if (this.#tokens.peek() === "{") this.#tokens.block((word, at) => this.#inChain(chain, word, at));
    }
  }

  #chainNamed(table: OpenTable, name: string, line: number): OpenChain {
    const known = table.chains.find((chain) => chain.name === name);
    if (known !== undefined) return known;
    const chain: OpenChain = { name, line, policy: "accept", rules: [] };
    table.chains.push(chain);
    return chain;
  }

  #set(table: OpenTable, name: string): void {
    const elements = [...(table.sets.get(name) ?? [])];
    this.#tokens.block((word) => {
      if (word !== "elements") return this.#tokens.statement();
      this.#tokens.expect("=");
      elements.push(...this.#tokens.elements());
    });
    table.sets.set(name, elements);
  }

  #inChain(chain: OpenChain, word: string, line: number): void {
    if (word === "type") chain.hook = hookOf(this.#tokens.statement(), line);
    else if (word === "policy") chain.policy = this.#tokens.next().text;
    else if (word === "comment" || word === "flags") this.#tokens.statement();
    else chain.rules.push(...parseRule([word, ...this.#tokens.statement()], line));
  }
}

const PRIORITIES: Readonly<Record<string, number>> = {
  raw: -300,
  mangle: -150,
  dstnat: -100,
  filter: 0,
  security: 50,
  srcnat: 100,
};

/** `filter hook input priority filter - 1`. */
function hookOf(words: readonly string[], line: number): NonNullable<Chain["hook"]> {
  const [, type, name, priority] =
    /^(\S+) hook (\S+)(?: device \S+)? priority (.+)$/.exec(words.join(" ")) ?? [];
  const [, base = "", sign = "", offset = ""] = /^([a-z]*|-?\d+) ?([+-]?) ?(\d*)$/.exec(priority ?? "") ?? [];
  const number = (PRIORITIES[base] ?? (base === "" ? 0 : Number(base))) + Number(`${sign}${offset || 0}`);
  if (type === undefined || name === undefined || base + offset === "" || Number.isNaN(number))
    throw new Error(`line ${line}: "type ${words.join(" ")}" is no hook`);
  return { type, name, priority: number };
}

export const nftables = reader(parseNftables);
