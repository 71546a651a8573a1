import { lines } from "./settings.ts";

/** One record of a pg_hba.conf. */
export interface HbaRecord {
  readonly type: string;
  readonly databases: readonly string[];
  readonly users: readonly string[];

  /** Empty for `local`. */
  readonly address: string;
  readonly method: string;
  readonly options: readonly string[];
  readonly place: string;
}

const TYPES = ["local", "host", "hostssl", "hostnossl", "hostgssenc", "hostnogssenc"];

/** A field: names, quoted or not, with commas between them, which may have blanks behind them. */
const FIELD = /(?:"[^"]*"|[^\s",#]+|,\s*)+/g;

/**
 * Reads a pg_hba.conf: comments, quoted names, lists, a mask in a field of its own, lines that go on behind `\`.
 *
 * @throws Error for a line that PostgreSQL does not load, and for an include, which hides records
 */
export function parsePgHba(text: string, file = "pg_hba.conf"): readonly HbaRecord[] {
  return joined(text).flatMap(({ line, number }) => {
    const fields = withoutComment(line).match(FIELD) ?? [];
    return fields.length === 0 ? [] : [recordOf(fields, `${file} line ${number}`)];
  });
}

/** One line for each record, under the number of its first one. */
function joined(text: string) {
  const found: { line: string; number: number }[] = [];
  let open = false;
  for (const { line, number } of lines(text)) {
    const last = found.at(-1);
    const goesOn = line.endsWith("\\");
    const part = goesOn ? line.slice(0, -1) : line;
    if (open && last !== undefined) last.line += part;
    else found.push({ line: part, number });
    open = goesOn;
  }
  return found;
}

const withoutComment = (line: string) => /^(?:"[^"]*"|[^"#])*/.exec(line)?.[0] ?? "";

function recordOf([type = "", ...fields]: readonly string[], place: string): HbaRecord {
  if (/^(include|@)/.test(type)) throw new Error(`${place}: ${type} names records that are not known here`);
  if (!TYPES.includes(type)) throw new Error(`${place} begins with no type of connection`);
  const [databases = "", users = "", ...rest] = fields;
  const address =
    type === "local" ? [] : rest.splice(0, /^[\d.]+$|^[\da-f:.]+:[\da-f:.]*$/i.test(rest[1] ?? "") ? 2 : 1);
  const [method, ...options] = rest;
  if (method === undefined) throw new Error(`${place} names no method`);
  const record = { type, databases: names(databases), users: names(users), address: address.join(" ") };
  return { ...record, method, options, place };
}

function names(field: string): readonly string[] {
  const found = field.match(/"[^"]*"|[^\s",]+/g) ?? [];
  return found.map((name) => (name.startsWith('"') ? name.slice(1, -1) : name));
}
