import { Help } from "commander";

const help = new Help();
const HANGING = "    ";

/**
 * Text whose lines fit a terminal; what is continued stands deeper than where it began.
 *
 * @param columns undefined leaves it as it is. @default - the width of the terminal; undefined if there is none
 */
export function wrapped(text: string, columns: number | undefined = process.stdout.columns): string {
  if (columns === undefined) return text;
  return text
    .split("\n")
    .map((line) => wrappedLine(line, columns))
    .join("\n");
}

function wrappedLine(line: string, columns: number): string {
  const [indent = ""] = /^ */.exec(line) ?? [];
  const inner = help.boxWrap(line.slice(indent.length), columns - indent.length - HANGING.length);
  return indent + inner.replaceAll("\n", `\n${indent}${HANGING}`);
}
