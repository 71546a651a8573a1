import { run } from "../run.ts";

const LOG_LINES = 8;

/** The end of a container's log; empty when the container is gone. */
export async function lastLines(container: string): Promise<readonly string[]> {
  const { code, stdout, stderr } = await run(["docker", "logs", "--tail", String(LOG_LINES), container], {
    expected: [0, 1],
  });
  return code === 0 ? `${stdout}${stderr}`.split("\n").filter(Boolean).slice(-LOG_LINES) : [];
}
