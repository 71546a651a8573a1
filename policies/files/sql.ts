/** One statement, or one meta-command of psql, of a script. */
export interface Statement {
  /** Keywords and names in upper case, in order; quoted names as they stand; texts as `'…'`, never what they say. */
  readonly words: readonly string[];

  /** The texts themselves, in order. Never for evidence. */
  readonly texts: readonly string[];
  readonly line: number;
}

/** In order of precedence: blanks and comments, texts, names, variables of psql, meta-commands, the rest. */
const TOKEN =
  /(?<blank>\s+|--[^\n]*|\/\*[\s\S]*?\*\/)|(?<text>[eEbBxXnN]?'(?:[^'\\]|''|\\[\s\S])*'|\$(?<tag>\w*)\$[\s\S]*?\$\k<tag>\$)|"(?<name>(?:[^"]|"")*)"|(?<variable>:'\w+'|:"\w+"|:\w+)|(?<meta>\\[^\n]*)|(?<word>[\w$.@]+)|(?<end>;)|(?<mark>[^\s'"])/y;

/** \g, \gset, \gexec and the like send a statement as `;` does. */
const SENDS = /^\\g/;

/**
 * Reads a script for psql into statements.
 *
 * @throws Error for a text or a quoted name that does not end
 */
export function parseSql(script: string, file = "script.sql"): readonly Statement[] {
  const statements: { words: string[]; texts: string[]; line: number }[] = [];
  let open = false;
  let line = 1;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < script.length) {
    const match = TOKEN.exec(script);
    const token = match?.groups;
    if (token === undefined) throw new Error(`${file} line ${line}: a quote does not end`);
    const start = line;
    line += newlines(match?.[0] ?? "");
    if (token.blank !== undefined) continue;
    if (!open && token.end === undefined) statements.push({ words: [], texts: [], line: start });
    open = token.end === undefined && (token.meta === undefined || (open && !SENDS.test(token.meta)));
    const last = statements.at(-1);
    if (token.text !== undefined) last?.texts.push(token.text);
    const word = token.text === undefined ? wordOf(token) : "'…'";
    if (word !== undefined) last?.words.push(word);
  }
  return statements;
}

type Token = Readonly<Record<string, string | undefined>>;

const wordOf = ({ name, variable, meta, word, mark }: Token): string | undefined =>
  name ?? variable ?? meta ?? word?.toUpperCase() ?? mark;

const newlines = (text: string) => (text.includes("\n") ? text.split("\n").length - 1 : 0);
