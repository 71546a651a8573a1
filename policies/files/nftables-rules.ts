import { elementsOf } from "./nftables-tokens.ts";

/** One condition of a rule. */
export interface Match {
  /** The property that is looked at, as nft prints it: `iifname`, `ct state`, `ct original proto-dst`, `tcp dport`. */
  readonly selector: string;
  readonly isNegated: boolean;

  /** The values that it is compared with; `@name` for a named set. */
  readonly values: readonly string[];
}

export interface Rule {
  readonly line: number;

  /** In order; all have to hold. */
  readonly matches: readonly Match[];

  /** `accept`, `drop`, `reject`, `jump`, `goto`, `return`, …; undefined for a rule that only counts or logs. */
  readonly verdict?: { readonly kind: string; readonly target?: string };
  readonly isCounted: boolean;
  readonly isLogged: boolean;

  /** Holds for some packets of a kind only. */
  readonly isLimited: boolean;

  /** For a limit that each element of a set has to itself: `add @sources { ip saddr ct count over 100 }`. */
  readonly perElement?: { readonly kind: "connections" | "rate"; readonly key: string };

  /** A limit that every packet of the rule counts for; with `perElement` both have to be passed. */
  readonly sharesLimit?: true;
}

const ONE_WORD = new Set(
  "iifname oifname iif oif iifgroup oifgroup iiftype oiftype mark skuid skgid pkttype cgroup l4proto nfproto protocol".split(
    " ",
  ),
);
const TWO_WORDS = new Set("ip ip6 tcp udp udplite sctp dccp th icmp icmpv6 ether arp vlan ah esp".split(" "));
const VERDICTS = new Set(
  "accept drop continue return reject queue masquerade redirect notrack dnat snat".split(" "),
);
const OPERATORS = new Set(["==", "!=", "<", ">", "<=", ">="]);

/** The words of a rule that are left to read. */
class Words {
  readonly #words: readonly string[];
  readonly #line: number;
  #at = 0;

  constructor(words: readonly string[], line: number) {
    this.#words = words;
    this.#line = line;
  }

  peek(): string {
    return this.#words[this.#at] ?? "";
  }

  next(): string {
    const word = this.#words[this.#at++];
    if (word === undefined) throw new Error(`line ${this.#line}: the rule ends in the middle`);
    return word;
  }

  /** Takes the next word if it is one of these. */
  takes(...words: readonly string[]): boolean {
    const found = words.includes(this.peek()) && this.#at < this.#words.length;
    if (found) this.#at++;
    return found;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#words.length;
  }

  braces(): readonly string[] {
    const from = this.#at;
    for (let depth = 0; ; ) {
      const word = this.next();
      if (word === "{") depth++;
      if (word === "}") depth--;
      if (depth === 0) return this.#words.slice(from, this.#at);
    }
  }

  fail(word: string): never {
    throw new Error(`line ${this.#line}: "${word}" in a rule is not read here`);
  }
}

/** A rule; a verdict map (`ct state vmap { … }`) stands for one rule an entry. */
export function parseRule(tokens: readonly string[], line: number): readonly Rule[] {
  const words = new Words(tokens, line);
  const matches: Match[] = [];
  const rule = { line, matches, isCounted: false, isLogged: false, isLimited: false };
  let verdict: Rule["verdict"];
  let each: Rule["perElement"];
  while (!words.isAtEnd) {
    const word = words.next();
    if (word === "counter") rule.isCounted = counter(words);
    else if (word === "log") rule.isLogged = log(words);
    else if (word === "limit") rule.isLimited = limit(words);
    else if (word === "add" || word === "update") each = perElement(words);
    else if (word === "comment") words.next();
    else if (word === "jump" || word === "goto") verdict = { kind: word, target: words.next() };
    else if (VERDICTS.has(word)) verdict = { kind: word, ...rest(words) };
    else {
      const selector = selectorOf(word, words);
      if (words.takes("vmap"))
        return entries(words.braces(), line).map((entry) => expand(rule, selector, entry));
      matches.push(matchOf(selector, words));
    }
  }
  return [
    {
      ...rule,
      ...(verdict === undefined ? {} : { verdict }),
      ...(each === undefined
        ? {}
        : { perElement: each, isLimited: true, ...(rule.isLimited ? { sharesLimit: true } : {}) }),
    },
  ];
}

interface Entry {
  readonly value: string;
  readonly verdict: NonNullable<Rule["verdict"]>;
}

const expand = (rule: Rule, selector: string, { value, verdict }: Entry): Rule => ({
  ...rule,
  matches: [...rule.matches, { selector, isNegated: false, values: [value] }],
  verdict,
});

const entries = (words: readonly string[], line: number): readonly Entry[] =>
  elementsOf(words).map((element) => {
    const [, value, kind, target] = /^(.+?) ?: ?(\S+)(?: (\S+))?$/.exec(element) ?? [];
    if (value === undefined || kind === undefined)
      throw new Error(`line ${line}: "${element}" is no entry of a map`);
    return { value, verdict: target === undefined ? { kind } : { kind, target } };
  });

function selectorOf(word: string, words: Words): string {
  const first = word === "meta" ? words.next() : word;
  const selector = oneSelector(first, words);
  if (!words.takes(".")) return selector;
  return `${selector} . ${selectorOf(words.next(), words)}`;
}

function oneSelector(word: string, words: Words): string {
  if (ONE_WORD.has(word)) return word;
  if (TWO_WORDS.has(word)) return `${word} ${words.next()}`;
  if (word === "ct") return `ct ${conntrack(words)}`;
  if (word !== "fib") return words.fail(word);
  const parts = ["fib"];
  while (!["type", "oif", "oifname"].includes(parts.at(-1) ?? "")) parts.push(words.next());
  return parts.join(" ");
}

function conntrack(words: Words): string {
  const key = words.next();
  if (key === "original" || key === "reply") return `${key} ${conntrack(words)}`;
  return key === "ip" || key === "ip6" ? `${key} ${words.next()}` : key;
}

function matchOf(selector: string, words: Words): Match {
  const operator = OPERATORS.has(words.peek()) ? words.next() : "==";
  if (operator !== "==" && operator !== "!=") words.fail(operator);
  return { selector, isNegated: operator === "!=", values: valuesOf(words) };
}

function valuesOf(words: Words): readonly string[] {
  if (words.peek() === "{") return elementsOf(words.braces());
  const values = [words.next()];
  if (["&", "|", "(", "set"].includes(values[0] ?? "")) words.fail(values[0] ?? "");
  while (words.takes(",")) values.push(words.next());
  return ["&", "|"].includes(words.peek()) ? words.fail(words.peek()) : values;
}

function counter(words: Words): true {
  if (words.takes("name")) words.next();
  while (words.takes("packets", "bytes")) words.next();
  return true;
}

function log(words: Words): true {
  while (words.takes("prefix", "level", "flags", "group", "snaplen", "queue-threshold")) {
    words.next();
    while (words.takes(",")) words.next();
  }
  return true;
}

/** `limit rate over 5/minute burst 10 packets`; also a named limit. */
function limit(words: Words): true {
  if (words.takes("name")) words.next();
  else {
    words.next();
    words.takes("over");
    words.next();
    words.takes("bytes/second", "kbytes/second", "mbytes/second");
    if (words.takes("burst")) {
      words.next();
      words.takes("packets", "bytes", "kbytes", "mbytes");
    }
  }
  return true;
}

/** The words behind `add` or `update`: `@sources { ip saddr ct count over 100 }`. */
function perElement(words: Words): NonNullable<Rule["perElement"]> {
  words.next();
  const [, key = "", limit = ""] =
    /^\{ (.*?) ((?:ct count|limit) .*) \}$/.exec(words.braces().join(" ")) ?? [];
  return { kind: limit.startsWith("ct count") ? "connections" : "rate", key };
}

/** The words that belong to a verdict, such as the answer of a `reject`; they end where a comment begins. */
function rest(words: Words): { readonly target?: string } {
  const parts: string[] = [];
  while (!words.isAtEnd && words.peek() !== "comment") parts.push(words.next());
  return parts.length === 0 ? {} : { target: parts.join(" ") };
}
