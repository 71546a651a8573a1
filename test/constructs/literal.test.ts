import { expect, test } from "vitest";
import { literal } from "../../constructs/literal.ts";
import { readStack } from "../../runners/stack.ts";
import { stackJson } from "../support/stack.ts";
import { temporaryFolder, write } from "../support/temporary-folder.ts";

const texts = [
  ["plain text", "plain text"],
  ["$HOME %x $$ %%", "$HOME %x $$ %%"],
  ["${var.x}", "$${var.x}"],
  ["%{if true}", "%%{if true}"],
  ["a ${b} %{c} ${d}", "a $${b} %%{c} $${d}"],
  ["$${already} %%{doubled}", "$$${already} %%%{doubled}"],
  ["$$$${", "$$$$${"],
] as const;

test.each(texts)("%s is written for Terraform as %s", (text, escaped) => {
  expect(literal(text)).toBe(escaped);
});

test("what is written for Terraform is read back as it was, wherever it stands", () => {
  const plain = texts.map(([text]) => text);
  const container = {
    name: "c",
    image: "i",
    command: plain.map(literal),
    env: [`X=${literal(plain.join(" "))}`],
    healthcheck: { test: plain.map(literal) },
    upload: plain.map((text) => ({ file: "/f", content: literal(text) })),
    tmpfs: { "/tmp": literal("${x}") },
  };
  const folder = temporaryFolder();
  write(folder, "cdk.tf.json", stackJson({ docker_container: { C: container } }));
  const [read] = readStack(folder).containers;

  expect(read?.block).toEqual({
    command: plain,
    env: [`X=${plain.join(" ")}`],
    healthcheck: { test: plain },
    tmpfs: { "/tmp": "${x}" },
  });
  expect(read?.uploads).toEqual(plain.map((content) => ({ file: "/f", content })));
});
