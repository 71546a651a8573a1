import { describe, expect, test } from "vitest";
import { english } from "@/lib/text/english";
import { Format, parseNumber } from "@/lib/text/format";
import { french } from "@/lib/text/french";
import { chooseLanguage } from "@/lib/text/language";
import { fill } from "@/lib/text/texts";

describe("the language", () => {
  test.each([
    [null, "en"],
    ["", "en"],
    ["fr", "fr"],
    ["fr-CA,fr;q=0.9,en;q=0.8", "fr"],
    ["en-GB,fr;q=0.9", "en"],
    ["de,fr;q=0.5,en;q=0.7", "en"],
    ["de;q=0.9,FR;q=0.5", "fr"],
    ["fr;q=0,en;q=0.1", "en"],
    ["de,*", "en"],
    ["fr;q=x,en", "en"],
    ["french", "en"],
  ])("for %j is %s", (header, language) => {
    expect(chooseLanguage(header)).toBe(language);
  });
});

describe("texts", () => {
  const flat = (node: object, path = ""): [string, string][] =>
    Object.entries(node).flatMap(([key, value]) =>
      typeof value === "string" ? [[`${path}${key}`, value]] : flat(value as object, `${path}${key}.`),
    );

  test("have the same places for values in both languages", () => {
    const places = (texts: object) =>
      flat(texts).map(([path, text]) => [path, [...text.matchAll(/\{\w+\}/g)].map(String).sort()]);
    expect(places(french)).toEqual(places(english));
  });

  test("show a place that got no value", () => {
    expect(fill("{a} and {b}", { a: 1 })).toBe("1 and {b}");
  });
});

describe("numbers", () => {
  test.each([
    ["21.5", 21.5],
    ["21,5", 21.5],
    [" -0,25 ", -0.25],
    ["+3", 3],
    [".5", 0.5],
    ["1e3", 1000],
    ["5.", 5],
  ])("%j is read as %f", (text, value) => {
    expect(parseNumber(text)).toBe(value);
  });

  test.each(["", " ", "abc", "1.2.3", "1 000", "0x10", "Infinity", "NaN", "1e999", "--1", ".", "12abc"])(
    "%j is no number",
    (text) => {
      expect(parseNumber(text)).toBeUndefined();
    },
  );
});

describe("formats", () => {
  const at = Date.parse("2026-03-05T14:07:09Z");
  const plain = (text: string) => text.replace(/[\u00a0\u202f]/g, " ");

  test.each([
    ["en", ["1,234.5", "14:07:09", "14:07", "5 Mar", "5 Mar, 14:07:09"]],
    ["fr", ["1 234,5", "14:07:09", "14:07", "5 mars", "5 mars, 14:07:09"]],
  ] as const)("in %s follow its custom", (language, expected) => {
    const format = new Format(language, "UTC");
    const shown = [
      format.number(1234.5),
      format.time(at),
      format.timeShort(at),
      format.day(at),
      format.dateTime(at),
    ];
    expect(shown.map(plain)).toEqual(expected);
  });

  test("a number has the decimals of its sensor, and its unit on the same line", () => {
    const format = new Format("fr", "UTC");
    const shown = [
      format.number(21, 2),
      format.quantity(21.26, { decimals: 1, unit: "°C" }),
      format.quantity(3, {}),
    ];
    expect(shown).toEqual(["21,00", "21,3\u00a0°C", "3"]);
  });

  test.each([
    [at, 5, "14:07:09"],
    [at, 600, "14:07"],
    [at, 86_400, "5 Mar"],
    [new Date(2026, 2, 5).getTime(), 3_600, "5 Mar"],
  ])("a label of time at %i with the next %i s away is %s", (time, step, label) => {
    const zone = step === 3_600 ? undefined : "UTC";
    expect(new Format("en", zone).tick(time, step)).toBe(label);
  });

  test.each([
    [0.4, "0 s"],
    [59.9, "59 s"],
    [60, "1 min"],
    [3_599, "59 min"],
    [7_200, "2 h"],
    [172_799, "47 h"],
    [259_200, "3 j"],
  ])("an age of %f s reads %s", (seconds, text) => {
    expect(plain(new Format("fr").age(seconds))).toBe(text);
  });
});
