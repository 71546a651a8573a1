/**
 * A module that is not part of the kit's program: rules of one's own, and what compiles them. V8 runs a bundle of a checkout as a
 * script, which cannot import; there bin/imported.mjs takes this one's place.
 */
export const imported = (specifier: string): Promise<unknown> => import(specifier);
