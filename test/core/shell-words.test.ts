import { expect, test } from "vitest";
import { shellCommand } from "../../core/shell-words.ts";
import { run } from "../../runners/run.ts";

test.each([
  "plain-1.2_3/x:y@z",
  "/tmp/sp ace é $x/kit",
  "it's",
  '$(id) `id` \\ " * ? ~ # ! [a] {b} ; & | < >',
  "two\nlines",
  "",
])("a shell takes %j for one word, and that very one", async (word) => {
  const { stdout } = await run(["sh", "-c", shellCommand("printf", "%s|", word, "end")]);

  expect(stdout).toBe(`${word}|end|`);
});

test("words that need no quotes have none, so that people can read them", () => {
  expect(shellCommand("docker", "run", "-e", "A=b", "--mount", "type=bind,source=/a,target=/c")).toBe(
    "docker run -e A=b --mount type=bind,source=/a,target=/c",
  );
});
