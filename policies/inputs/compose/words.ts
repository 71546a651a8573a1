/** The characters that end a command in a text: Compose starts no shell, and drops it with all that follows. */
const END = /[;&|<>]/;

/**
 * The words of a command that is one text, as Compose splits it: blanks divide, quotes and backslashes keep together,
 * `` `…` `` and `$(…)` stay as they are.
 *
 * @returns undefined if a quote or a bracket is not closed
 */
export function wordsOf(text: string): readonly string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at] as string;
    if (sign === "\\" && quote !== "'") {
      at += 1;
      if (at === text.length) return undefined;
      word = `${word ?? ""}${text[at]}`;
    } else if (quote === "" && /\s/.test(sign)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (quote === "" && END.test(sign)) break;
    else if (quote === "" && sign === "(" && word?.endsWith("$") !== true) return undefined;
    else {
      const next = quoteAfter(quote, sign);
      word = `${word ?? ""}${isMark(quote, next, sign) ? "" : sign}`;
      quote = next;
    }
  }
  if (quote !== "") return undefined;
  return word === undefined ? words : [...words, word];
}

/** In which quote what follows a sign stands; `)` for a bracket, nothing for none. */
function quoteAfter(quote: string, sign: string): string {
  if (quote === "") return sign === "(" ? ")" : /["'`]/.test(sign) ? sign : "";
  return quote === sign ? "" : quote;
}

/** Quotes are no part of a word; brackets and backquotes are. */
const isMark = (before: string, after: string, sign: string): boolean =>
  before !== after && /["']/.test(sign);
