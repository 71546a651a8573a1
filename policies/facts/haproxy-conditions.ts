import type { Directive, Section } from "../files/haproxy-cfg.ts";
import { actionOf, directives, refusals } from "./haproxy.ts";

/** One test of a condition: an ACL by its name, which passes if one of its lines does, or one in braces. */
export interface Term {
  readonly negated: boolean;

  /** The tests, such as `req.hdr(origin) -m found`, with variables followed by what they were set to. */
  readonly tests: readonly string[];
}

/** Terms that have to hold together. */
export type Alternative = readonly Term[];

/** When a directive counts: in each of these cases; one without terms for always, none if it is too involved to say. */
export function alternatives(directive: Directive, section: Section): readonly Alternative[] {
  const [keyword, ...words] = directive.words.slice(actionOf(directive).length);
  if (keyword === undefined) return [[]];
  const cases = split(words).map((terms) => terms.map((term) => spelled(term, section)));
  return keyword === "if" ? cases : opposite(cases);
}

/** When requests are refused. */
export const refusedIf = (section: Section): readonly Alternative[] =>
  refusals(section).flatMap(({ directive }) => alternatives(directive, section));

interface Word {
  readonly negated: boolean;
  readonly inline: boolean;
  readonly text: string;
}

function split(words: readonly string[]): readonly (readonly Word[])[] {
  const text = words.join(" ").replaceAll("||", "or");
  return text.split(/ or (?![^{]*\})/).map((terms) =>
    [...terms.matchAll(/(!?)\s*(?:\{\s*(!?)\s*(.*?)\s*\}|([^\s{}!]+))/g)].map(
      ([, before, within = "", inline, name = ""]) => ({
        negated: (before === "!") !== (within === "!"),
        inline: inline !== undefined,
        text: inline ?? name,
      }),
    ),
  );
}

function spelled({ negated, inline, text }: Word, section: Section): Term {
  const lines = inline
    ? [text]
    : directives(section, "acl")
        .filter(({ words: [, name] }) => name === text)
        .map(({ words }) => words.slice(2).join(" "));
  return {
    negated,
    tests: (lines.length === 0 ? [text] : lines).map((line) => withVariables(line, section)),
  };
}

/** A text with what its variables were set to at its end. */
export function withVariables(text: string, section: Section): string {
  const set = section.directives.filter(({ words: [, action = ""] }) => {
    const [, name] = /^set-var\(([^),]+)/.exec(action) ?? [];
    return name !== undefined && text.includes(`var(${name})`);
  });
  return [text, ...set.flatMap((directive) => actionOf(directive).slice(2))].join(" ");
}

/** `unless`: one case of several terms, or several of one. */
function opposite(cases: readonly Alternative[]): readonly Alternative[] {
  const flipped = cases.map((terms) => terms.map((term) => ({ ...term, negated: !term.negated })));
  if (flipped.length === 1) return (flipped[0] ?? []).map((term) => [term]);
  return flipped.every(({ length }) => length === 1) ? [flipped.flat()] : [];
}

/** Whether each line of a term tests this. */
export const testsAll = ({ tests }: Term, pattern: RegExp): boolean =>
  tests.every((test) => pattern.test(test));
