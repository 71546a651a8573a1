import { reader } from "../facts/parsed-files.ts";

/** One line of a section, split into words as HAProxy does. */
export interface Directive {
  readonly line: number;
  readonly words: readonly string[];
}

export interface Section {
  /** `global`, `defaults`, `frontend`, `backend`, `listen`, … */
  readonly kind: string;
  readonly name: string;
  readonly line: number;
  readonly directives: readonly Directive[];

  /** The defaults that it inherits: those it names with `from`, else the last before it. */
  readonly defaults: Section | undefined;
}

const SECTIONS: ReadonlySet<string> = new Set([
  ...["global", "defaults", "frontend", "backend", "listen", "resolvers", "peers", "mailers", "userlist"],
  ...["cache", "program", "http-errors", "ring", "log-forward", "log-profile", "fcgi-app", "crt-store"],
  ...["acme", "traces"],
]);

/**
 * Parses a haproxy.cfg (2.6 to 3.x) into sections with directives.
 *
 * @throws Error with the line, for what HAProxy refuses, and for conditional blocks, which only a start decides
 */
export function parseHaproxyCfg(text: string): readonly Section[] {
  const sections: (Section & { directives: Directive[] })[] = [];
  text.split("\n").forEach((raw, index) => {
    const line = index + 1;
    const words = splitLine(raw.replace(/\r$/, ""), line);
    const [keyword = ""] = words;
    if (keyword === "") return;
    if (/^\.(if|elif|else|endif|diag|notice|warning|alert)$/.test(keyword))
      throw new Error(`line ${line}: ${keyword} is decided when HAProxy starts`);
    if (SECTIONS.has(keyword)) sections.push(section(words, line, sections));
    else if (sections.length === 0) throw new Error(`line ${line}: "${keyword}" stands before any section`);
    else sections.at(-1)?.directives.push({ line, words });
  });
  return sections;
}

function section(words: readonly string[], line: number, before: readonly Section[]) {
  const [kind = "", second = "", ...rest] = words;
  const from = second === "from" ? rest[0] : rest[rest.indexOf("from") + 1 || rest.length];
  const all = before.filter((earlier) => earlier.kind === "defaults");
  const named = from === undefined ? all.at(-1) : all.find(({ name }) => name === from);
  if (from !== undefined && named === undefined)
    throw new Error(`line ${line}: there are no defaults called "${from}"`);
  const inherits = ["frontend", "backend", "listen"].includes(kind) || from !== undefined;
  const name = second === "from" ? "" : second;
  return { kind, name, line, directives: [] as Directive[], defaults: inherits ? named : undefined };
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t" };

/**
 * Words of one line: blanks separate, `#` begins a comment, a backslash takes the next character as it is, strong
 * quotes take everything, weak quotes all but backslashes. Variables of the environment are not filled in.
 */
function splitLine(text: string, line: number): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let at = 0; at < text.length; at++) {
    const char = text[at] as string;
    if (char === "\\" && quote !== "'") {
      const next = text[++at];
      if (next === undefined) throw new Error(`line ${line}: ends with a backslash`);
      word = (word ?? "") + (quote === "" ? (ESCAPES[next] ?? next) : escaped(next));
    } else if (char === quote) quote = "";
    else if (quote === "" && (char === '"' || char === "'")) {
      quote = char;
      word ??= "";
    } else if (quote === "" && char === "#") break;
    else if (quote === "" && (char === " " || char === "\t")) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? "") + char;
  }
  if (quote !== "") throw new Error(`line ${line}: a quote is not closed`);
  return word === undefined ? words : [...words, word];
}

const escaped = (next: string) => (/["\\$ #]/.test(next) ? next : (ESCAPES[next] ?? `\\${next}`));

export const haproxyCfg = reader(parseHaproxyCfg);
