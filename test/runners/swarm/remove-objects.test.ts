import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { removeObjects } from "../../../runners/swarm/remove-objects.ts";
import { programs } from "../../support/programs.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";

// The engine's answers come at once, and so do the pauses.
vi.mock("node:timers/promises", () => ({ setTimeout: async () => undefined }));

/** A Docker whose engine refuses each of these so many times: it is in use. @returns reads the commands it was given */
function client(refusals: Readonly<Record<string, number>>): () => readonly string[] {
  const folder = temporaryFolder();
  const log = join(folder, "log");
  const cases = Object.entries(refusals).map(
    ([name, times]) => `${name}) [ "$(grep -c " rm ${name}$" ${log})" -gt ${times} ] || exit 1 ;;`,
  );
  programs({ docker: [`echo "$*" >>${log}`, 'case "$3" in', ...cases, "esac"].join("\n") });
  return () => readFileSync(log, "utf8").trimEnd().split("\n");
}

const thing = (kind: "service" | "network" | "secret" | "config", name: string) => ({
  kind,
  name,
  isOfStack: true,
});
const times = (command: string, count: number): readonly string[] =>
  Array.from({ length: count }, () => command);

describe("things of a stack that are not configured", () => {
  test("go with the services first, and a network is asked for again until its last task has ended", async () => {
    const commands = client({ spare: 3 });
    await removeObjects([thing("network", "spare"), thing("secret", "key"), thing("service", "pager")]);

    expect(commands()).toEqual(["service rm pager", ...times("network rm spare", 4), "secret rm key"]);
  });

  test("stay where they are in use: a network after a minute, anything else at once", async () => {
    const commands = client({ spare: 1000, key: 1000, text: 1000, pager: 1000 });
    await removeObjects([
      ...[
        thing("secret", "key"),
        thing("network", "spare"),
        thing("config", "text"),
        thing("service", "pager"),
      ],
    ]);

    expect(commands()).toEqual([
      ...["service rm pager", "secret rm key", ...times("network rm spare", 60), "config rm text"],
    ]);
  });
});
