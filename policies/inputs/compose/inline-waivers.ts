import { type CST, LineCounter, Parser } from "yaml";
import type { Commented } from "../../document.ts";

const MARK = /#\s*exploreiot-waive\b(.*)/;
const WHOLE = /^\s+(?<rule>\S+)\s+until\s+(?<expires>[^\s:]+)\s*:\s*(?<reason>.+)$/;

/**
 * Waivers in comments: `# exploreiot-waive CTR-006 until 2027-01-31: why`. One holds for the service, network or volume in
 * which it stands, in front of which, or behind whose name; outside of all of them, for everything in the project.
 *
 * @param lines of `services.web` and everything else that has a name, from 1
 */
export function inlineWaivers(text: string, lines: ReadonlyMap<string, number>): readonly Commented[] {
  if (!MARK.test(text)) return [];
  const counter = new LineCounter();
  const all = text.split("\n");
  return [...new Parser(counter.addNewLine).parse(text)].flatMap(commentsIn).flatMap(({ offset, source }) => {
    const [, said = ""] = MARK.exec(source) ?? [];
    if (said === "") return [];
    const path = nameAt(subject(all, counter.linePos(offset).line), all, lines);
    const { rule, expires, reason } = WHOLE.exec(said)?.groups ?? { rule: said.trim() };
    return [{ path: path ?? "stack", value: { rule, at: path ?? "*", reason, expires } }];
  });
}

interface Comment {
  readonly offset: number;
  readonly source: string;
}

/** Comments stand among the tokens before, between and behind values. */
function commentsIn(token: unknown): readonly Comment[] {
  if (Array.isArray(token)) return token.flatMap(commentsIn);
  if (typeof token !== "object" || token === null) return [];
  const { type, offset, source } = token as CST.SourceToken;
  if (type === "comment") return [{ offset, source }];
  return Object.values(token).flatMap(commentsIn);
}

/** The line that a comment is about: its own, the next one, or, at the end of a mapping, the one before it. */
function subject(all: readonly string[], line: number): number {
  const isContent = (text: string) => !/^\s*(#|$)/.test(text);
  const next = all.findIndex((text, index) => index >= line - 1 && isContent(text));
  if (next >= 0 && indentOf(all[next]) >= indentOf(all[line - 1])) return next + 1;
  return all.findLastIndex((text, index) => index < line && isContent(text)) + 1;
}

const indentOf = (text = ""): number => text.length - text.trimStart().length;

/** The name under which a line stands; undefined for one outside of all names. */
function nameAt(
  line: number,
  all: readonly string[],
  lines: ReadonlyMap<string, number>,
): string | undefined {
  if (indentOf(all[line - 1]) === 0) return undefined;
  let found: string | undefined;
  let from = 0;
  for (const [name, start] of lines)
    if (start <= line && start > from && name.includes(".")) [found, from] = [name, start];
  return found;
}
