/** One piece of a template: text as it is used, the name in `{name}`, or something that is neither. */
export type TemplatePart = string | { readonly name: string } | Unclear;

/** Text that could be meant in two ways, or that people take for something which nobody here fills in. */
export interface Unclear {
  readonly unclear: string;
  readonly kind: "doubled" | "open" | "interpolation";
}

/**
 * In this order; what none of them matches is text:
 * `{{name}}` and `{{{name}}}`, which other languages read in their own way; `{{` is one brace; `{` before `"` or `}`
 * opens a JSON object; `{name}` is a reference; any other `{` is left open; `$${` and `$$NAME` are `${` and `$NAME`;
 * `${…}` and `$NAME` are what shells and compose fill in.
 */
const TOKEN =
  /(?<doubled>(?<!\{)\{{2,3}[^{}]*\}{2,3})|(?<brace>\{\{)|(?<json>\{(?=\s*["}]))|\{(?<name>[^{}]*)\}|(?<open>\{[^{}]{0,40})|(?<dollar>\$\$(?:\{|(?=[A-Z_])))|(?<interpolation>\$\{(?!\{)[^{}]*\}?|\$[A-Z_][A-Z0-9_]+(?![A-Za-z0-9_]))/g;

/** The pieces of a template, in order; neighbouring texts are one. */
export function parseTemplate(template: string): readonly TemplatePart[] {
  const parts: TemplatePart[] = [];
  const add = (part: TemplatePart) => {
    const before = parts.at(-1);
    if (typeof part !== "string") parts.push(part);
    else if (typeof before === "string") parts[parts.length - 1] = before + part;
    else if (part !== "") parts.push(part);
  };
  let end = 0;
  for (const match of template.matchAll(TOKEN)) {
    add(template.slice(end, match.index));
    add(partOf(match[0], match.groups ?? {}));
    end = match.index + match[0].length;
  }
  add(template.slice(end));
  return parts;
}

function partOf(whole: string, groups: Readonly<Record<string, string | undefined>>): TemplatePart {
  if (groups.name !== undefined) return { name: groups.name };
  if (groups.brace !== undefined || groups.json !== undefined) return "{";
  if (groups.dollar !== undefined) return groups.dollar.slice(1);
  const kind = (["doubled", "open", "interpolation"] as const).find((name) => groups[name] !== undefined);
  if (kind === undefined) throw new Error(`no part of a template: ${whole}`);
  return { unclear: whole, kind };
}

/** Where a text would be taken for a reference that is not quite right: `{ Postgres.host }`, `{mosquito.user}`. */
export function nearReferences(text: string, roots: readonly string[]): readonly string[] {
  return [...text.matchAll(/\{\s*([A-Za-z]+)\s*[./_-]\s*[\w.-]+\s*\}/g)]
    .filter(([, root = ""]) => roots.some((name) => isNear(root.toLowerCase(), name)))
    .map(([whole]) => whole);
}

const isNear = (word: string, name: string): boolean => distance(word, name) <= mostEdits(name);

/** Two edits make anything of a word of three letters. */
const mostEdits = (word: string): number => (word.length > 4 ? 2 : 1);

/** The known name that differs from a word by at most two edits, of a short word by one, letter case and blanks aside. */
export function closest(word: string, known: readonly string[]): string | undefined {
  const plain = word.trim().toLowerCase();
  const [best] = known
    .map((name) => ({ name, edits: distance(plain, name.toLowerCase()) }))
    .sort((a, b) => a.edits - b.edits);
  return best !== undefined && best.edits <= mostEdits(plain) ? best.name : undefined;
}

/** Edits from one word to the other; two neighbours that changed places are one. For words of a few letters. */
function distance(a: string, b: string): number {
  let above: readonly number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 0; i < a.length; i += 1) {
    const next = [i + 1];
    for (let j = 0; j < b.length; j += 1) {
      const swapped = i > 0 && j > 0 && a[i] === b[j - 1] && a[i - 1] === b[j];
      next.push(
        Math.min(
          ...[(next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + (a[i] === b[j] ? 0 : 1)],
          ...(swapped ? [(above[j - 1] ?? 0) + 1] : []),
        ),
      );
    }
    [above, row] = [row, next];
  }
  return row[b.length] ?? 0;
}
