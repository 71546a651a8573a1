import { expect, test } from "vitest";
import type { Resource } from "../../../policies/document.ts";
import { reader, textOf } from "../../../policies/facts/parsed-files.ts";
import { readTerraformJson } from "../../../policies/inputs/terraform-json.ts";

const file = (block: Resource["block"]): Resource => ({
  type: "file/haproxy.cfg",
  id: "x",
  path: "x",
  block,
});

test("a text in Terraform's JSON is read without Terraform's escapes, one next to the stack as it is", () => {
  const text = "a $${b} %%{c}";

  expect(textOf(file({ text, container: "docker_container.X" }))).toBe("a ${b} %{c}");
  expect(textOf(file({ text }))).toBe(text);
});

test("a file that a container is given by its path is read as it lies there", () => {
  const upload = [{ file: "/etc/redis.conf", source: "redis.conf" }];
  const stack = readTerraformJson(
    { resource: { docker_container: { X: { upload } } } },
    { read: () => "a ${b} $${c} %{d}" },
  );

  expect(stack.files.map(textOf)).toEqual(["a ${b} $${c} %{d}"]);
});

test("a text that is not here, or known only at apply, is an error", () => {
  expect(() => textOf(file({}))).toThrow("its text is not known here");
  expect(() => textOf(file({ text: "a ${b}", container: "docker_container.X" }))).toThrow(
    "known only at apply",
  );
});

test("a text is parsed once for all files of its name that have it", () => {
  const parsed: unknown[] = [];
  const read = reader((text, name) => parsed.push([text, name]));
  const one = file({ text: "a", file: "/etc/x" });
  const others = [
    { text: "a", file: "/run/x" },
    { text: "b", file: "/etc/x" },
    { text: "a", file: "/etc/y" },
  ];

  expect([one, one, ...others.map(file)].map(read)).toEqual([1, 1, 1, 2, 3]);
  expect(parsed).toEqual([
    ["a", "x"],
    ["b", "x"],
    ["a", "y"],
  ]);
});
