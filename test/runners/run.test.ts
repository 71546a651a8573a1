import { describe, expect, test } from "vitest";
import { run } from "../../runners/run.ts";
import { errorText } from "../support/error-text.ts";

const node = (script: string, ...args: string[]): [string, ...string[]] => [
  process.execPath,
  "-e",
  script,
  ...args,
];

describe("a command", () => {
  test("is started without a shell, and answers with its exit code and output", async () => {
    const script =
      "process.stdout.write(process.argv[1] + '\\n'); process.stderr.write('e'); process.exit(3)";

    expect(await run(node(script, "$HOME; `id`"), { expected: [3] })).toEqual({
      code: 3,
      stdout: "$HOME; `id`\n",
      stderr: "e",
    });
  });

  test("is given its input, a folder and variables", async () => {
    const script =
      "process.stdin.pipe(process.stdout); process.stdout.write(process.cwd() + process.env.GIVEN + ' ')";

    expect((await run(node(script), { input: "secret", cwd: "/", env: { GIVEN: "x" } })).stdout).toBe(
      "/x secret",
    );
  });

  test("hands over its lines as they come", async () => {
    const lines: string[] = [];
    await run(node("console.log('a'); console.error('b')"), { onLine: (line) => void lines.push(line) });

    expect(lines.sort()).toEqual(["a", "b"]);
  });

  test("that fails is an error with three words of it, its code and the end of what it said", async () => {
    const script = "for (let i = 1; i <= 25; i++) console.error(i); process.exit(4)";
    const tail = Array.from({ length: 20 }, (_, index) => index + 6).join("\n");

    expect(await errorText(() => run(node(script, "a-secret")))).toBe(
      `${process.execPath} -e ${script} ended with exit code 4\n${tail}`,
    );
  });

  test("that is not installed says so", async () => {
    expect(await errorText(() => run(["no-such-program-here", "x"]))).toBe(
      "no-such-program-here: not installed, or not in PATH",
    );
  });

  test("ends in order when it is aborted", async () => {
    const controller = new AbortController();
    const script =
      "process.on('SIGTERM', () => { console.log('ended'); process.exit(0) }); console.log('up'); setInterval(() => {}, 1000)";
    const running = run(node(script), {
      signal: controller.signal,
      expected: [0, 128, 143],
      onLine: (line) => line === "up" && controller.abort(),
    });

    expect((await running).stdout).toBe("up\nended\n");
  });
});
