// An answer of the backend is unknown until it is looked at. These functions read single values of it.

export type Fields = Readonly<Record<string, unknown>>;

export function fieldsOf(input: unknown): Fields | undefined {
  return typeof input === "object" && input !== null ? (input as Fields) : undefined;
}

export function finite(input: unknown): number | undefined {
  return typeof input === "number" && Number.isFinite(input) ? input : undefined;
}

export function textOf(input: unknown): string | undefined {
  return typeof input === "string" && input !== "" ? input : undefined;
}

/** Milliseconds since 1970. */
export function timeOf(input: unknown): number | undefined {
  const at = typeof input === "string" ? Date.parse(input) : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}

/** Entries that do not parse are left out: one bad row must not hide the others. */
export function parseList<T>(input: unknown, parse: (entry: unknown) => T | undefined): T[] {
  if (!Array.isArray(input)) return [];
  return input.map(parse).filter((entry) => entry !== undefined);
}
