import { expect, test } from "vitest";
import { remembered, rememberedText } from "../../../policies/facts/remembered.ts";

test.each([{ answer: "yes" }, { answer: undefined }])(
  "is answered once for each key: $answer",
  ({ answer }) => {
    const asked: unknown[] = [];
    const ask = remembered((key: object, context: string) => {
      asked.push([key, context]);
      return answer;
    });
    const [one, other] = [{}, {}];

    expect([ask(one, "a"), ask(other, "b"), ask(one, "a")]).toEqual([answer, answer, answer]);
    expect(asked).toEqual([
      [one, "a"],
      [other, "b"],
    ]);
  },
);

test("what cannot be answered is the same error for everybody", () => {
  let times = 0;
  const ask = remembered((_: object) => {
    times += 1;
    throw new Error(`asked ${times} times`);
  });
  const key = {};

  expect(() => ask(key)).toThrow("asked 1 times");
  expect(() => ask(key)).toThrow("asked 1 times");
});

test("an answer about a text is the one for any text that says the same", () => {
  const asked: string[] = [];
  const length = rememberedText((text) => {
    asked.push(text);
    return text.length;
  });

  expect(["a", "bc", ["b", "c"].join("")].map(length)).toEqual([1, 2, 2]);
  expect(asked).toEqual(["a", "bc"]);
});

test("no more than 10,000 texts are remembered at once", () => {
  let times = 0;
  const ask = rememberedText(() => ++times);
  for (let text = 0; text < 10_000; text += 1) ask(String(text));

  expect([ask("0"), ask("one more"), ask("0")]).toEqual([1, 10_001, 10_002]);
});
