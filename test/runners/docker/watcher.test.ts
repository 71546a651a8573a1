import { describe, expect, test } from "vitest";
import type { Event } from "../../../runners/docker/event.ts";
import { Watcher } from "../../../runners/docker/watcher.ts";
import { programs } from "../../support/programs.ts";
import { engine } from "../../support/scripted-engine.ts";
import { containerSpec, stackOf } from "../../support/stack.ts";

const PAGE = "exploreiot-demo-page";
const event = (Action: string, exitCode?: string): Event => ({
  ...{ Action, id: "id", time: 1, timeNano: 1e9 },
  Actor: { Attributes: { name: PAGE, ...(exitCode === undefined ? {} : { exitCode }) } },
});
const MEMORY = "its limit is 8 MiB (frontend.limits.memoryMiB)";

/**
 * The lines of these events, those whose containers are lost, and the troubles that are left, where the engine itself remembers
 * nothing: it forgets with the next start why there was an end.
 */
async function told(...events: readonly (readonly [action: string, exitCode?: string])[]) {
  await engine({});
  programs({ docker: "exit 1" });
  const lines: string[] = [];
  const lost: string[] = [];
  const page = containerSpec("page", { limitsAt: "frontend.limits", block: { memory: 8 } });
  const watcher = new Watcher(
    stackOf([page]),
    (line) => lines.push(line),
    ({ why }) => lost.push(why),
  );
  for (const [action, exitCode] of events) watcher.take(event(action, exitCode));
  await watcher.stop();
  return { lines, lost, troubles: [...watcher.troubles.values()].map(({ why }) => why) };
}

describe("an end for memory is told as one", () => {
  const OUT = `ended with exit code 137, out of memory: ${MEMORY}`;

  test.each([
    ["before", [["start"], ["oom"], ["die", "137"]]],
    ["after", [["start"], ["die", "137"], ["oom"]]],
    ["after the next start, too", [["start"], ["die", "137"], ["start"], ["oom"]]],
  ] as const)("when the engine tells of memory %s", async (_, events) => {
    const { troubles, lines } = await told(...events);

    expect(troubles).toEqual([OUT]);
    expect(lines.filter((line) => line.includes("ended"))).toEqual([`${PAGE}: ${OUT}`]);
  });

  test("and a second one ends the wait, in any order", async () => {
    const { lost } = await told(
      ...([["start"], ["oom"], ["die", "137"], ["start"], ["die", "137"], ["oom"]] as const),
    );

    expect(lost).toEqual([`${OUT}, 2 times`]);
  });

  test("and one that was killed in another way, or ended by itself, is not", async () => {
    expect((await told(["start"], ["die", "137"])).troubles).toEqual(["ended with exit code 137"]);
    expect((await told(["start"], ["die", "3"])).troubles).toEqual(["ended with exit code 3"]);
    expect((await told(["start"], ["kill"], ["die", "137"], ["start"])).troubles).toEqual([]);
  });

  test("and memory that a process ran out of before does not explain a later end", async () => {
    for (const before of [[["die", "1"]], [["kill"], ["die", "143"]]] as const) {
      const { troubles } = await told(["start"], ["oom"], ...before, ["start"], ["die", "3"]);

      expect(troubles).toEqual(["ended with exit code 3"]);
    }
  });
});
