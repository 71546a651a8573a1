import { english, type Texts } from "./english";
import { french } from "./french";
import type { Language } from "./language";

const TEXTS: Readonly<Record<Language, Texts>> = { en: english, fr: french };

export function textsIn(language: Language): Texts {
  return TEXTS[language];
}

/** Puts values into a text's `{names}`; a name without a value stays visible, so that a slip is seen. */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
