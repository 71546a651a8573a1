import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const folder = new URL("../docs/decisions/", import.meta.url);
const index = readFileSync(new URL("README.md", folder), "utf8");
const names = readdirSync(folder).filter((name) => name !== "README.md");

interface Decision {
  readonly number: number;
  readonly title: string;
  readonly name: string;
  readonly date: string;
  readonly status: string | undefined;
}

/** The head of a file: `# 7. Title`, an empty line, `2026-11-22. Status: accepted.` */
function head(name: string): Decision {
  const [title = "", empty, line = ""] = readFileSync(new URL(name, folder), "utf8").split("\n");
  expect([name, empty]).toEqual([name, ""]);
  return {
    number: Number(/^# (\d+)\. /.exec(title)?.[1]),
    title: title.replace(/^# \d+\. /, ""),
    name,
    date: line.slice(0, 10),
    status: / Status: (.+?)\.( |$)/.exec(line.slice(11))?.[1],
  };
}

const listed: readonly Decision[] = [
  ...index.matchAll(/^\| (\d+) \| \[(.*)\]\((.*)\) \| (\S+) \| (.*) \|$/gm),
].map(([, number, title = "", name = "", date = "", status]) => ({
  number: Number(number),
  title,
  name,
  date,
  status,
}));

describe("the list of decisions", () => {
  test("has each file with the number, title, date and status of its head, and nothing else", () => {
    const heads = names.sort().map(head);

    expect(listed).toEqual(heads);
    expect(index.split("\n").filter((line) => /^\| \d/.test(line))).toHaveLength(names.length);
  });

  test("gives each number once, as the name of the file does", () => {
    expect(names.map((name) => Number(name.slice(0, 4)))).toEqual(listed.map(({ number }) => number));
    expect(new Set(listed.map(({ number }) => number)).size).toBe(listed.length);
  });

  test("knows three kinds of status, and decisions that supersede are there", () => {
    const known =
      /^(accepted|superseded by (?<by>\d+)|accepted; laboratory log moved to (?<log>bench\/notes\/[a-z-]+\.md))$/;
    const wrong = listed.filter(({ status = "" }) => {
      const { by, log } = known.exec(status)?.groups ?? {};
      if (by !== undefined) return !listed.some(({ number }) => number === Number(by));
      if (log !== undefined) return readFileSync(new URL(`../${log}`, import.meta.url), "utf8") === "";
      return status !== "accepted";
    });

    expect(wrong).toEqual([]);
  });

  test("explains each number that is missing", () => {
    const [, text = ""] = /will not be: (.*)\.$/m.exec(index) ?? [];
    const explained = text.split(", ").flatMap((part) => {
      const [first = 0, last = first] = part.split(" to ").map(Number);
      return Array.from({ length: last - first + 1 }, (_, at) => first + at);
    });
    const numbers = listed.map(({ number }) => number);
    const all = Array.from({ length: Math.max(...numbers) }, (_, at) => at + 1);

    expect(explained).toEqual(all.filter((number) => !numbers.includes(number)));
  });
});
