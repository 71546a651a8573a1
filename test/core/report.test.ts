import { expect, test } from "vitest";
import { UserError } from "../../core/errors.ts";
import { thrownBy } from "../../core/report.ts";

test("an error that was handed over is thrown as it was, whatever was printed before", () => {
  const stdout = 'noise\n{"message":"a port is taken","remedy":["stop it","move it"]}\n';
  const error = thrownBy({ stdout, stderr: "a warning" }) as UserError;

  expect(error).toBeInstanceOf(UserError);
  expect(error.render()).toBe("a port is taken\n  → stop it\n  → move it");
});

test.each([
  ["a bug, by its own trace", '{"stack":"TypeError: x\\n    at y"}', "", "TypeError: x\n    at y"],
  ["a child that ended before, by what it printed", "half a l", "out of memory\n", "out of memory"],
])("is thrown %s", (_, stdout, stderr, stack) => {
  const error = thrownBy({ stdout, stderr });

  expect([error instanceof UserError, error.stack]).toEqual([false, stack]);
});
