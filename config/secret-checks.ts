import type { Problem } from "../core/problems.ts";
import { plainName, type Referent, resolveReference } from "../core/references.ts";
import { parseTemplate, type TemplatePart } from "../core/template.ts";
import type { Template } from "./template-places.ts";

/** The password in an address, where it is a constant: `://user:word@`. References are NUL in the text. */
const CONSTANT_PASSWORD = /:\/\/[^/\s:@]*:[^/\s@\0]+@/;

/** A value without a secret in it stands in the site file for everyone to read, and so does a password next to one. */
export function constantSecret(
  parts: readonly TemplatePart[],
  { path, text, owner, place, key }: Template,
  known: ReadonlyMap<string, Referent>,
): readonly Problem[] {
  const isSecret = (part: TemplatePart) =>
    typeof part === "object" && "name" in part && "secret" in (resolveReference(part.name, known) ?? {});
  const allowed =
    "a text with a secret in it, such as {secret.NAME}: what stands in the site file is no secret";
  const fix = `write {secret.NAME} for it, and its value into .exploreiot/DEPLOYMENT/secrets/own-NAME before the first up (otherwise one is made)`;
  if (!parts.some(isSecret)) {
    const none = place === "secrets" ? `; or move ${key} to ${owner.at}.environment if it is none` : "";
    return [{ path, got: text, allowed, fix: `${fix}${none}` }];
  }
  const masked = parts
    .map((part) => (typeof part === "string" ? part : isSecret(part) ? "\0" : "x"))
    .join("");
  return CONSTANT_PASSWORD.test(masked) ? [{ path, got: text, allowed, fix }] : [];
}

/** `{secret.NAME}` is made on first use, so one that is written in two ways would be two secrets without a word. */
export function spellingsOfSecrets(templates: readonly Template[]): readonly Problem[] {
  const first = new Map<string, string>();
  return templates.flatMap(({ path, text }) =>
    parseTemplate(text).flatMap((part) => {
      if (typeof part === "string" || !("name" in part) || !part.name.startsWith("secret.")) return [];
      const name = plainName(part.name);
      const plain = name.toLowerCase().replaceAll("_", "-");
      const other = first.get(plain) ?? name;
      first.set(plain, other);
      if (other === name) return [];
      const allowed = `one spelling of a secret's name; elsewhere it is {${other}}`;
      return [{ path, got: `{${part.name}}`, allowed, fix: `write {${other}}, or choose another name` }];
    }),
  );
}
