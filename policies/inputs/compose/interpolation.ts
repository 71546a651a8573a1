const VARIABLE = /\$(?:\$|([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?:(:?[-?+])((?:[^{}]|\{[^{}]*\})*))?\})/g;

/**
 * Fills variables as Compose does (`$NAME`, `${NAME:-default}`, `$$`). One that has no value here stays `${NAME}`:
 * unknown, as rules understand it, and not the empty text that Compose would put.
 *
 * @see https://docs.docker.com/reference/compose-file/interpolation/
 */
export function interpolate(text: string, variables: ReadonlyMap<string, string>): string {
  return text.replace(VARIABLE, (whole, ...[plain, braced, operator, word, offset]) => {
    // A dollar of its own; before a brace it stays escaped, since that is plain text in Terraform's JSON too.
    if (whole === "$$") return text[Number(offset) + 2] === "{" ? "$$" : "$";
    const name = String(plain ?? braced);
    const value = variables.get(name);
    const isSet = operator?.startsWith(":") ? Boolean(value) : value !== undefined;
    const otherwise = () => interpolate(String(word ?? ""), variables);
    if (operator?.endsWith("+")) return isSet ? otherwise() : "";
    if (isSet) return value as string;
    return operator?.endsWith("-") ? otherwise() : `\${${name}}`;
  });
}

/** Fills variables in every text of a parsed file, keys excepted, as Compose does. */
export function interpolateAll(value: unknown, variables: ReadonlyMap<string, string>): unknown {
  if (typeof value === "string") return interpolate(value, variables);
  if (Array.isArray(value)) return value.map((entry) => interpolateAll(entry, variables));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, interpolateAll(inner, variables)]),
  );
}
