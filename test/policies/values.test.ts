import { describe, expect, test } from "vitest";
import { blocks, isKnown, show, texts } from "../../policies/values.ts";

describe("what is known before apply", () => {
  test.each([
    ["text", "redis"],
    ["an escaped template", "exec $${HOME} %%{x}"],
    ["shell text that is no template", "$(<file) $HOME {x}"],
    ["numbers, nothing and lists", [1, null, undefined, true, "a"]],
    ["blocks", { a: { b: ["c"] } }],
  ])("%s", (_, value) => expect(isKnown(value)).toBe(true));

  test.each([
    ["a reference", "${var.x}"],
    ["a directive", "%{ if true }x%{ endif }"],
    ["a template next to an escaped one", "$${HOME}/${var.x}"],
    ["one in a list", ["a", "${var.x}"]],
    ["one among the values of a block", { a: "a", b: { c: "${var.x}" } }],
    ["one among its names", { a: "a", "${var.x}": "b" }],
  ])("is not %s", (_, value) => expect(isKnown(value)).toBe(false));
});

test("blocks are read from an object, a list and nothing", () => {
  const given = { one: { a: 1 }, two: [{ a: 1 }, { a: 2 }], none: null };

  expect(["one", "two", "none", "other"].map((name) => blocks(given, name).length)).toEqual([1, 2, 0, 0]);
});

test("what is no block and no list of texts is said with its value", () => {
  expect(() => blocks({ ports: [{}, 1] }, "ports")).toThrow("ports is [{},1], which is not a block");
  expect(() => texts({ add: ["a", 1] }, "add")).toThrow('add is ["a",1], which is not a list of texts');
});

test("a long value is cut", () => {
  expect(show("x".repeat(200))).toBe(`"${"x".repeat(116)}...`);
});
