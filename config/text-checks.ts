import type { Problem } from "../core/problems.ts";
import { nearReferences } from "../core/template.ts";
import type { ParsedDeployment } from "../services/deployment.ts";
import { serviceNames } from "../services/registry.ts";
import { templatesIn, textsIn } from "./template-places.ts";

/** The first words of the names of references. */
export const ROOTS = ["deployment", "topics", "http", ...serviceNames, "role", "secret", "exploreiot"];

/** Holds that no reference, and no variable of a shell, stands where it would be used as it is written. */
export function noReferenceElsewhere(parts: Partial<ParsedDeployment>): readonly Problem[] {
  const templates = new Set(templatesIn(parts).map(({ path }) => path));
  const places =
    "backend, frontend and services: environment, secrets, files with text, build.args, and at alarms.webhook.secret";
  return textsIn(parts, "").flatMap(({ path, text, forShell }) => {
    if (templates.has(path)) return [];
    const shell = forShell ? [] : [...text.matchAll(/\$\{[^{}]*\}?/g)].map(([whole]) => whole);
    return [
      ...nearReferences(text, ROOTS).map((got) => ({
        path,
        got,
        allowed: `no reference: they are filled in at ${places} only`,
        fix: "write the value",
      })),
      ...shell.map((got) => ({
        path,
        got,
        allowed: "no ${…}: no variable of a shell or of compose is filled in here",
        fix:
          path.endsWith("command") || /command\.\d+$/.test(path)
            ? "write the value, or hand it to a shell: [sh, -c, …]"
            : "write the value",
      })),
    ];
  });
}

/** A mapping with this key loses it on the way: in JavaScript it is no key, but what an object inherits from. */
const LOST = "__proto__";

/** Holds that no key of a site file is dropped without a word. */
export function keysAreKept(input: unknown, at = ""): readonly Problem[] {
  if (typeof input !== "object" || input === null) return [];
  return Object.entries(input).flatMap(([key, got]) => {
    const path = `${at}${key}`;
    const lost = { path, got, allowed: `any other name than ${LOST}`, fix: "rename it" };
    return [...(key === LOST ? [lost] : []), ...keysAreKept(got, `${path}.`)];
  });
}

/** Characters that end a text early in an environment, a file or a command, or that are none at all. */
const BROKEN = /(?![\t\n\r])\p{Cc}|\p{Cs}/u;

/** Holds that every text can be handed on whole. */
export function textsAreWhole(parts: Partial<ParsedDeployment>): readonly Problem[] {
  const allowed = "characters that can be printed, line breaks and tabs";
  return textsIn(parts, "")
    .filter(({ text }) => BROKEN.test(text))
    .map(({ path, text }) => ({ path, got: text, allowed, fix: "remove the others" }));
}
