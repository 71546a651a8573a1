// Handed over by load.js.
export const imported = (specifier) => __import(specifier);
