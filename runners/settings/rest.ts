import { UserError } from "../../core/errors.ts";
import { flat, type Settings } from "./settings.ts";

/** An attribute of a network or a volume as the engine has it. */
export interface Field {
  readonly found: (state: unknown) => unknown;

  /** The value of the provider and the engine where nobody says anything. @default nothing */
  readonly usual?: string;
}

interface Spec {
  readonly name: string;

  /** Attributes of the JSON that have no field of their own. @default none */
  readonly more?: Readonly<Record<string, unknown>>;
}

/**
 * The attributes that a resource seldom or never states, as declared and as found.
 *
 * @throws UserError for one that is not among `fields`: left out, it would change unseen
 */
export function compareRest(
  { name, more = {} }: Spec,
  fields: Readonly<Record<string, Field>>,
  state: unknown,
): { readonly declared: Settings; readonly found: Settings } {
  const unknown = Object.keys(more).filter((key) => !(key in fields));
  if (unknown.length > 0) throw incomparable(name, unknown);
  const all = Object.entries(fields);
  return {
    declared: Object.assign({}, ...all.map(([key, { usual }]) => flat(key, more[key] ?? usual))),
    found: Object.assign({}, ...all.map(([key, { found }]) => flat(key, found(state)))),
  };
}

export const incomparable = (name: string, attributes: readonly string[]): UserError =>
  new UserError(
    `${name}: ${attributes.join(", ")}: nothing tells whether this is as declared, and so nobody would see a change`,
    "take it out of the configuration, or say in runners/settings/ how it is read",
  );
