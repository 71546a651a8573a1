/** The start of a token in a text, of one for a list or a map, or of an expression; and a number that is a token, as text. */
const MARK = /\$\{|[#&]\{TfToken\[|e\+\d/;

/** Far deeper than any attribute: cdktf tells of a value that contains itself. */
const DEEP = 100;

// biome-ignore lint/suspicious/noExplicitAny: cdktf declares it so, and this takes its place
type Resolve<Options> = (value: any, options: Options) => any;

/**
 * Resolves tokens as cdktf does, with the same result. cdktf asks six times of each key, text and number whether it stands for a
 * token, in three passes over a stack, and nearly none does: that was a third of a synthesis. Here one look tells that a value
 * cannot be one, and everything else is handed on. A value that was made of tokens that way is looked at again in the next pass, but for lists of it.
 */
export const quickly = <Options>(resolve: Resolve<Options>): Resolve<Options> => {
  /** Lists that came out of here: they stand in the next pass as they are, and hold no token any more. */
  const resolvedLists = new WeakSet<object>();
  const walk = (value: unknown, options: Options, depth: number): unknown => {
    if (typeof value === "object" && value !== null && resolvedLists.has(value)) return value;
    if (!isPlain(value) || depth > DEEP) return resolve(value, options);
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) {
      // Texts and numbers in it were looked at with it.
      const items = value
        .map((one) => (typeof one === "object" ? walk(one, options, depth + 1) : one))
        .filter((one) => one !== undefined);
      resolvedLists.add(items);
      return items;
    }
    const result: Record<string, unknown> = {};
    for (const key of Object.keys(value)) {
      const resolved = walk((value as Record<string, unknown>)[key], options, depth + 1);
      if (resolved !== undefined) result[key] = resolved;
    }
    return result;
  };
  return (value, options) => walk(value, options, 0);
};

/** Whether a value, without those inside it, is no token and holds none. */
function isPlain(value: unknown): boolean {
  if (typeof value === "string") return !MARK.test(value);
  // A token as a number is far below zero, and so is the number that stands for all maps of them.
  if (typeof value === "number") return value >= 0;
  if (typeof value !== "object" || value === null) return typeof value !== "function";
  if (Array.isArray(value)) return value.every((one) => typeof one === "object" || isPlain(one));
  const prototype = Object.getPrototypeOf(value);
  return (
    (prototype === Object.prototype || prototype === null) &&
    typeof (value as { readonly resolve?: unknown }).resolve !== "function" &&
    Object.keys(value).every(isPlain)
  );
}
