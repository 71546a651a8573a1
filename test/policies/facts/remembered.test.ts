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
