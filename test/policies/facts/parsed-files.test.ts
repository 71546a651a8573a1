import { expect, test } from "vitest";
import type { Resource } from "../../../policies/document.ts";
import { reader, textOf } from "../../../policies/facts/parsed-files.ts";

const file = (block: Resource["block"]): Resource => ({
  type: "file/haproxy.cfg",
  id: "x",
  path: "x",
  block,
});

test("a text in Terraform's JSON is read without Terraform's escapes, one beside the stack as it is", () => {
  const text = "a $${b} %%{c}";

  expect(textOf(file({ text, container: "docker_container.X" }))).toBe("a ${b} %{c}");
  expect(textOf(file({ text }))).toBe(text);
});

test("a text that is not here, or known only at apply, is an error", () => {
  expect(() => textOf(file({}))).toThrow("its text is not known here");
  expect(() => textOf(file({ text: "a ${b}", container: "docker_container.X" }))).toThrow(
    "known only at apply",
  );
});

test("a file is parsed once", () => {
  let times = 0;
  const read = reader(() => ++times);
  const one = file({ text: "" });

  expect([read(one), read(one), read(file({ text: "" }))]).toEqual([1, 1, 2]);
});
