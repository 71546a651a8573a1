import { expect, test } from "vitest";
import { wrapped } from "../../cli/wrap.ts";

const TEXT = `services.web: a value that is longer than the terminal of the person who reads it is wide
    allowed: what is short
    fix: \u001b[31mtake\u001b[39m the words that are too many out of the text, and leave those that matter

`;

test("lines are broken at the width of a terminal, and what is continued stands deeper", () => {
  expect(wrapped(TEXT, 50)).toBe(`services.web: a value that is longer than the
    terminal of the person who reads it is wide
    allowed: what is short
    fix: \u001b[31mtake\u001b[39m the words that are too many out
        of the text, and leave those that matter

`);
});

test("a terminal that is too narrow for words gets them as they are", () => {
  expect(wrapped(TEXT, 20)).toBe(TEXT);
});
