import { describe, expect, test } from "vitest";
import { parseHaproxyCfg } from "../../../policies/files/haproxy-cfg.ts";

/** The words of one line. */
const words = (line: string) => parseHaproxyCfg(`global\n${line}`)[0]?.directives[0]?.words;

describe("a line of haproxy.cfg", () => {
  test.each([
    ["\tbind  :443 ssl # crt /x", ["bind", ":443", "ssl"]],
    ["a 'b # \"c\" \\' d", ["a", 'b # "c" \\', "d"]],
    ['a "b \\"c\\" # \\\\" d', ["a", 'b "c" # \\', "d"]],
    ["a b\\ c \\# \\\\ x\\ny", ["a", "b c", "#", "\\", "x\ny"]],
    ["a b'c d'e\"f g\"", ["a", "bc def g"]],
    ["a '' \"\"", ["a", "", ""]],
    ["a '^/api(/.*)$' \"\\d\"", ["a", "^/api(/.*)$", "\\d"]],
    ["a b\r", ["a", "b"]],
  ])("%j", (line, expected) => {
    expect(words(line)).toEqual(expected);
  });

  test.each([
    ["a 'b", "line 2: a quote is not closed"],
    ['a "b\\"', "line 2: a quote is not closed"],
    ["a b\\", "line 2: ends with a backslash"],
    [".if defined(X)", "line 2: .if is decided when HAProxy starts"],
    ["defaults d\nfrontend f from e", 'line 3: there are no defaults called "e"'],
  ])("%j is refused", (line, message) => {
    expect(() => words(line)).toThrow(message);
  });

  test("before any section is refused", () => {
    expect(() => parseHaproxyCfg("# nothing yet\nmode http\n")).toThrow(
      'line 2: "mode" stands before any section',
    );
  });
});

test("sections of haproxy.cfg inherit the last defaults, or those they name", () => {
  const text =
    "defaults one\n mode http\ndefaults\n mode tcp\nfrontend a\n\nlisten b from one\nresolvers c\nbackend";
  const sections = parseHaproxyCfg(text);

  expect(sections.map(({ kind, name, line, defaults }) => [kind, name, line, defaults?.line])).toEqual([
    ["defaults", "one", 1, undefined],
    ["defaults", "", 3, undefined],
    ["frontend", "a", 5, 3],
    ["listen", "b", 7, 1],
    ["resolvers", "c", 8, undefined],
    ["backend", "", 9, 3],
  ]);
});
