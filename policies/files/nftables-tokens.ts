interface Token {
  readonly text: string;
  readonly line: number;
}

const TOKEN = /[ \t\r]+|\\\n|#[^\n]*|(\n)|"([^"\n]*)"|(!=|<=|>=|==|[{};,=<>&|()!])|([^\s{};,="#<>&|()!]+)/gy;

/** The words of an nftables file. A line break ends a statement, except inside the braces of a set. */
export class NftTokens {
  readonly #tokens: Token[];
  readonly #variables = new Map<string, readonly Token[]>();
  #at = 0;

  constructor(text: string) {
    this.#tokens = tokenize(text);
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#tokens.length;
  }

  /** The text of the next token, empty at the end. Variables are filled in. */
  peek(): string {
    const token = this.#tokens[this.#at];
    if (token?.text.startsWith("$")) {
      const value = this.#variables.get(token.text.slice(1));
      if (value === undefined) this.fail(`${token.text} is not defined`, token.line);
      this.#tokens.splice(this.#at, 1, ...(value ?? []).map(({ text }) => ({ text, line: token.line })));
      return this.peek();
    }
    return token?.text ?? "";
  }

  next(): Token {
    this.peek();
    const token = this.#tokens[this.#at++];
    if (token === undefined) throw new Error("the file ends in the middle of a statement");
    return token;
  }

  expect(text: string): void {
    const token = this.next();
    if (token.text !== text) this.fail(`"${token.text}" stands where "${text}" should`, token.line);
  }

  skipSeparators(): void {
    while (!this.isAtEnd && isSeparator(this.peek())) this.#at++;
  }

  /** `name = value`, after the word `define`. */
  define(): void {
    const name = this.next().text;
    this.expect("=");
    const { line } = this.#tokens[this.#at] ?? { line: 0 };
    this.#variables.set(
      name,
      this.statement().map((text) => ({ text, line })),
    );
  }

  /** The rest of the statement; braces may hold line breaks. */
  statement(): readonly string[] {
    const words: string[] = [];
    for (let depth = 0; !this.isAtEnd; ) {
      const text = this.peek();
      if (depth === 0 && (isSeparator(text) || text === "}")) break;
      this.#at++;
      if (text === "{") depth++;
      if (text === "}") depth--;
      if (text !== "\n") words.push(text);
    }
    return words;
  }

  /** Statements in braces: `read` is told the first word of each and takes the rest. */
  block(read: (word: string, line: number) => unknown): void {
    this.expect("{");
    for (this.skipSeparators(); this.peek() !== "}"; this.skipSeparators()) {
      const { text, line } = this.next();
      read(text, line);
    }
    this.expect("}");
  }

  /** `{ a, b, c . d }`. */
  elements(): readonly string[] {
    return elementsOf(this.statement());
  }

  fail(problem: string, line: number): never {
    throw new Error(`line ${line}: ${problem}`);
  }
}

/** The elements of a set, from `{` to `}`. */
export const elementsOf = (words: readonly string[]): readonly string[] =>
  words
    .filter((word) => word !== "{" && word !== "}")
    .join(" ")
    .split(" , ")
    .map((element) => element.replace(/ ?,$/, "").trim())
    .filter((element) => element !== "");

const isSeparator = (text: string) => text === "\n" || text === ";";

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let end = 0;
  for (const match of text.matchAll(TOKEN)) {
    const [whole, newline, quoted, punctuation, word] = match;
    const found = newline ?? quoted ?? punctuation ?? word;
    if (found !== undefined) tokens.push({ text: found, line });
    if (whole.includes("\n")) line++;
    end = match.index + whole.length;
  }
  if (end < text.length) throw new Error(`line ${line}: a quote is not closed`);
  return tokens;
}
