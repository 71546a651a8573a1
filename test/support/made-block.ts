/**
 * The page with this text in the place that its marks enclose; the rest of it is written by hand.
 *
 * @param begin of the mark that opens the place: `made by …`
 * @throws Error for a page without that place
 */
export function withBlock(page: string, begin: string, text: string): string {
  const opened = `<!-- ${begin}; do not edit -->\n`;
  const closed = "\n<!-- end -->";
  const [before, rest] = page.split(opened);
  const [, ...after] = rest?.split(closed) ?? [];
  if (after.length === 0) throw new Error(`the page has no place for what is ${begin}: ${opened}`);
  return [before, opened, text, closed, after.join(closed)].join("");
}

/** A table as Markdown has it. */
export const markdownTable = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
