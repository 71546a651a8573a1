import { describe, expect, test } from "vitest";
import { attached, eachLineOf, run } from "../../runners/run.ts";
import { errorText } from "../support/error-text.ts";
import { temporaryFolder, write } from "../support/temporary-folder.ts";

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

  test("that is no program, or is looked for in what is no folder, says so too", async () => {
    const file = write(temporaryFolder(), "text", "text");
    const said = await Promise.all([
      errorText(() => run([file])),
      errorText(() => attached([file])),
      errorText(() => eachLineOf([file], () => {})),
      errorText(() => run(["no-such-program-here"], { env: { PATH: file } })),
    ]);

    expect(said).toEqual([
      ...Array(3).fill(`${file}: not installed, or not in PATH`),
      "no-such-program-here: not installed, or not in PATH",
    ]);
    // Linux takes at most 128 KiB in one argument: other reasons are the system's own.
    await expect(run([process.execPath, "x".repeat(200_000)])).rejects.toMatchObject({ code: "E2BIG" });
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
