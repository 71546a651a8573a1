import { parse } from "yaml";
import { type Block, isBlock } from "../values.ts";
import { lines } from "./settings.ts";

/** Settings by their names in lower case, outer names first: `api.insecure`, `auth.anonymous.enabled`. */
export type Keyed = ReadonlyMap<string, string>;

/**
 * Settings of a YAML file, nested or with dots in their names.
 *
 * @throws Error for what is no YAML
 */
export function parseKeyedYaml(text: string, file = "the file"): Keyed {
  const found = new Map<string, string>();
  const value: unknown = parseYaml(text, file);
  if (isBlock(value)) collect(value, "", found);
  return found;
}

function parseYaml(text: string, file: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    throw new Error(`${file}: is no YAML (${(error as Error).message.split("\n")[0]})`);
  }
}

/** A key with nothing behind it, such as `docker:` of Traefik, is set as well: it is empty. */
function collect(block: Block, prefix: string, found: Map<string, string>): void {
  for (const [key, value] of Object.entries(block)) {
    const name = `${prefix}${key}`.toLowerCase();
    found.set(name, isBlock(value) || value === null ? "" : String(value));
    if (isBlock(value)) collect(value, `${name}.`, found);
  }
}

/** Settings of an INI file, of TOML, or of lines `name = value`: a section stands before its names. */
export function parseKeyedLines(text: string): Keyed {
  const found = new Map<string, string>();
  let section = "";
  for (const { line } of lines(text)) {
    const trimmed = line.trim();
    if (trimmed === "" || /^[#;]/.test(trimmed)) continue;
    const name = /^\[+\s*"?([^\]"]+?)"?\s*\]+$/.exec(trimmed)?.[1];
    if (name === undefined) {
      const [, key = "", value = ""] = /^([^=]+?)\s*=\s*(.*)$/.exec(trimmed) ?? [];
      if (key !== "") found.set(`${section}${key}`.toLowerCase(), unquoted(value));
    } else {
      section = `${name}.`;
      found.set(name.toLowerCase(), "");
    }
  }
  return found;
}

/** Without quotes, and without a comment behind the value. */
function unquoted(value: string): string {
  const [, double, single] = /^(?:"([^"]*)"|'([^']*)')/.exec(value) ?? [];
  return double ?? single ?? value.replace(/\s+#.*$/, "").trim();
}
