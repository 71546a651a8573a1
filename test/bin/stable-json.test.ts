import { createRequire } from "node:module";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectRoot } from "../../core/home.ts";

const required = createRequire(import.meta.url);
const own = required(join(projectRoot, "bin", "stable-json.cjs"));
/** As cdktf has it. */
const theirs = createRequire(required.resolve("cdktf"))("json-stable-stringify");

const values: Readonly<Record<string, unknown>> = {
  "plain values": { b: 1, a: "text", c: true, d: null, e: -0.5, f: 1e21, g: Number.NaN },
  "what is left out": { a: undefined, b: () => 1, c: Symbol("c"), d: [undefined, () => 1, Symbol("d")] },
  "empty lists and objects, in each other": { a: [], b: {}, c: [[], {}, [[]]], d: { e: {} } },
  "keys that look like numbers": { 10: "a", 9: "b", "08": "c", "-1": "d" },
  "keys and texts to be escaped": { 'a"b': 'x"y', "a\nb": "\u2028\u0000\ud800", é: "${x}", __proto__x: 1 },
  "what says itself how it is written": { at: new Date(0), own: { toJSON: () => ({ b: [1], a: 2 }) } },
  "a text": "text",
  "a number": 5,
  nothing: null,
  "a list": [3, [2, { b: 1, a: [] }]],
};

test.each(Object.entries(values))("%s is written to the byte as by cdktf", (_, value) => {
  expect([own(value, { space: 2 }), own(value)]).toEqual([theirs(value, { space: 2 }), theirs(value)]);
});
