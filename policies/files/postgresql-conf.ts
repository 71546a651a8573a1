import { lines, type Setting } from "./settings.ts";

const SETTING = /^\s*([a-z_][\w.]*)\s*(?:=\s*|\s+)('(?:[^'\\]|''|\\.)*'|[^\s'#]+)\s*(?:#.*)?$/i;

/**
 * Reads a postgresql.conf: names in any case, an `=` that may be left out, quoted values, comments. The last of
 * several settings wins.
 *
 * @throws Error for a line that PostgreSQL does not load, and for an include, which hides settings
 */
export function parsePostgresqlConf(text: string, file = "postgresql.conf"): readonly Setting[] {
  return lines(text).flatMap(({ line, number }) => {
    if (/^\s*(#|$)/.test(line)) return [];
    const place = `${file} line ${number}`;
    const [, name, value] = SETTING.exec(line) ?? [];
    if (name === undefined || value === undefined) throw new Error(`${place} is no setting`);
    if (/^include/i.test(name)) throw new Error(`${place}: ${name} names settings that are not known here`);
    return [{ name: name.toLowerCase(), value: unquoted(value), place }];
  });
}

const unquoted = (value: string) =>
  value.startsWith("'")
    ? value.slice(1, -1).replace(/''|\\(.)/g, (whole, escaped) => escaped ?? whole[0])
    : value;

export const isOn = (value: string) => /^(on|true|yes|1)$/i.test(value);
