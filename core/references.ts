import { PARENT_IMAGES, type ParentImage } from "./image-recipe.ts";
import { parseTemplate } from "./template.ts";

/** The meaning of a reference: text, the name of a secret in the deployment's secret store, or an image of the kit. */
export type Referent =
  | { readonly text: string }
  | { readonly secret: string; readonly as?: "url" }
  | { readonly image: ParentImage };

/** `{exploreiot/base}` and the like: the kit's images that a Dockerfile of one's own may build on, in `build.args`. */
export const imageReferents = (): readonly [string, Referent][] =>
  PARENT_IMAGES.map((image) => [`exploreiot/${image}`, { image }]);

/** The name after `secret.`: it becomes a part of a file name. */
const SECRET = /^secret\.([A-Za-z0-9][A-Za-z0-9_-]{0,63})$/;

/** Behind the name of a reference that stands in a URL: everything that has a meaning there is percent-encoded (RFC 3986, 2.1). */
const IN_URL = "|url";

/** The name of a reference without the form that it is wanted in. */
export const plainName = (name: string): string =>
  name.endsWith(IN_URL) ? name.slice(0, -IN_URL.length) : name;

/**
 * The meaning of one reference, or undefined if nothing of that name exists. `{secret.x}` is generated on first use;
 * `{postgres.password|url}` is the same, for the middle of a URL.
 */
export function resolveReference(name: string, known: ReadonlyMap<string, Referent>): Referent | undefined {
  const plain = plainName(name);
  const own = SECRET.exec(plain)?.[1];
  const referent = own === undefined ? known.get(plain) : { secret: `own-${own}` };
  return referent === undefined || plain === name ? referent : inUrl(referent);
}

function inUrl(referent: Referent): Referent | undefined {
  if ("text" in referent) return { text: encodeURIComponent(referent.text) };
  return "secret" in referent ? { ...referent, as: "url" } : undefined;
}

/** A checked template as its plain texts and what its references stand for, in order. */
export function splitReferences(
  template: string,
  known: ReadonlyMap<string, Referent>,
): readonly (string | Referent)[] {
  return parseTemplate(template).map((part) => {
    if (typeof part === "string") return part;
    const referent = "name" in part ? resolveReference(part.name, known) : undefined;
    // The configuration check refuses such templates; passing them on as text would make constants of references.
    if (referent === undefined) throw new Error(`${JSON.stringify(template)} holds ${JSON.stringify(part)}`);
    return referent;
  });
}

/** The text of a referent that everyone may read; the configuration check keeps the others out of such places. */
export function publicText(referent: string | Referent): string {
  if (typeof referent === "string") return referent;
  if ("text" in referent) return referent.text;
  throw new Error(`${JSON.stringify(referent)} may not stand where everyone can read it`);
}
