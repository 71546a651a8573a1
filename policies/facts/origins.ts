import type { Variable } from "./environment.ts";

/** Whether a variable lists the origins that may call an API. */
export const isOriginList = ({ name }: Variable): boolean =>
  name.includes("ORIGIN") &&
  /^(\w+_)?(CORS_(ALLOW_|ALLOWED_)?ORIGINS?|ALLOWED_ORIGINS?|CORS_ORIGIN_REGEX|CORS_ALLOW_ORIGIN_REGEX)$/.test(
    name,
  );

/** The origins of a list, written with commas or as JSON. */
export function originsOf(value: string): readonly string[] {
  const text = value.trim();
  const parts = text.startsWith("[") ? text.slice(1, -1).split(",") : text.split(/[\s,;]+/);
  return parts.map((part) => part.trim().replace(/^(["'])(.*)\1$/, "$2")).filter((part) => part !== "");
}
