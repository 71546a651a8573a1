/** A search in a text: where something stands, and what is said of it. */
interface Said {
  readonly path: string;
  readonly evidence: string;
}

/**
 * Where findings stand in a text, from 1; 1 where that is not found. cdktf notes the path of a construct in the JSON, and
 * nothing about where in the program it was made. In a compose file a finding stands at the key or the variable that it
 * begins with, else at its service.
 */
export function linesIn(text: string): (said: Said) => number {
  const noted = lazy(() => firstLines(text, /"path": ("(?:[^"\\]|\\.)*")/g));
  const entries = lazy(() => new Map(SECTIONS.map((section) => [section, entriesOf(text, section)])));
  return ({ path, evidence }) => {
    const construct = noted().get(JSON.stringify(path.replace(/:[^/:]*$/, "")));
    if (construct !== undefined) return construct;
    const [, section = "", rest = ""] = /^(services|networks|volumes)\.(.*)$/s.exec(path) ?? [];
    const named = entries()
      .get(section)
      // `web.api` may be a service, or something of `web`.
      ?.filter(({ name }) => rest === name || rest.startsWith(`${name}:`) || rest.startsWith(`${name}.`))
      .sort((one, other) => other.name.length - one.name.length)[0];
    return named === undefined ? 1 : (lineWithin(named, evidence) ?? named.line);
  };
}

const SECTIONS = ["services", "networks", "volumes"];

/** A key of a section with the lines below it. */
interface Entry {
  readonly name: string;
  readonly line: number;
  readonly below: readonly { readonly line: number; readonly text: string }[];
}

const KEY = /^(\s*)(["']?)([^\s"'#:-][^"':]*|[^\s"'#:-]+(?::[^"'\s]+)*)\2\s*:(?=\s|$)/;

/** The entries of a mapping at the top of a file. Files in which it stands on one line have none. */
function entriesOf(text: string, section: string): readonly Entry[] {
  const all = text.split("\n").map((line, index) => ({ line: index + 1, text: line }));
  const from = all.findIndex((line) =>
    new RegExp(`^["']?${section}["']?\\s*:\\s*(#.*)?\\r?$`).test(line.text),
  );
  if (from < 0) return [];
  const rest = all.slice(from + 1).filter((line) => line.text.trim() !== "" && !/^\s*#/.test(line.text));
  const end = rest.findIndex((line) => /^\S/.test(line.text));
  const within = end < 0 ? rest : rest.slice(0, end);
  const indent = indentOf(within[0]?.text ?? "");
  const starts = within.flatMap((line, index) => (indentOf(line.text) === indent ? [index] : []));
  return starts.flatMap((start, at) => {
    const head = within[start];
    const name = KEY.exec(head?.text ?? "")?.[3];
    return head === undefined || name === undefined
      ? []
      : [{ name, line: head.line, below: within.slice(start + 1, starts[at + 1]) }];
  });
}

const indentOf = (text: string): number => text.length - text.trimStart().length;

/** The line of the first word of the evidence that is a key of the entry, or a variable or a label in it. */
function lineWithin({ below }: Entry, evidence: string): number | undefined {
  const indent = indentOf(below[0]?.text ?? "");
  const words = evidence.split(/[\s"',()[\]]+/).flatMap((word) => [word, word.split(".")[0] ?? ""]);
  const keys = [
    ...words,
    ...(/\bport\b/.test(evidence) ? ["ports"] : []),
    ...(/\bpath\b|\bmount/.test(evidence) ? ["volumes"] : []),
  ];
  for (const key of keys) {
    if (key === "") continue;
    const own = below.find(({ text }) => indentOf(text) === indent && KEY.exec(text)?.[3] === key);
    const inner = own ?? below.find(({ text }) => isAssigned(text, key));
    if (inner !== undefined) return inner.line;
  }
  return undefined;
}

/** `NAME: value`, `- NAME=value`. */
const isAssigned = (text: string, name: string): boolean => {
  const rest = text.trim().replace(/^-\s*/, "").replace(/^["']/, "");
  return rest.startsWith(name) && /^["']?\s*[:=]/.test(rest.slice(name.length));
};

/** Texts have up to 256 MiB, and thousands of findings ask where they stand: each text is gone through once, if at all. */
function lazy<Value>(make: () => Value): () => Value {
  let made: Value | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** The line on which each of the things that a pattern finds stands first. */
function firstLines(text: string, pattern: RegExp): ReadonlyMap<string, number> {
  const lines = new Map<string, number>();
  let line = 1;
  let end = text.indexOf("\n");
  for (const { 1: name = "", index } of text.matchAll(pattern)) {
    for (; end >= 0 && end < index; end = text.indexOf("\n", end + 1)) line += 1;
    if (!lines.has(name)) lines.set(name, line);
  }
  return lines;
}
