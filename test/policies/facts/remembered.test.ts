import { expect, test } from "vitest";
import { remembered } from "../../../policies/facts/remembered.ts";

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

test("is asked again after an error", () => {
  let times = 0;
  const ask = remembered((_: object) => {
    times += 1;
    throw new Error(`${times}`);
  });
  const key = {};

  expect(() => ask(key)).toThrow("1");
  expect(() => ask(key)).toThrow("2");
});
