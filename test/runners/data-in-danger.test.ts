import { describe, expect, test } from "vitest";
import {
  allowedToReplace,
  dangersWith,
  endangered,
  refuseUnknownVolumes,
  savedVolumes,
} from "../../runners/data-in-danger.ts";
import { errorText } from "../support/error-text.ts";
import { containerSpec, stackOf } from "../support/stack.ts";

const mount = (name: string, readOnly = false) => ({ name, path: `/${name}`, readOnly });
const stack = stackOf([
  containerSpec("postgres", {
    volumes: [mount("database")],
    versioned: { version: 17, volume: "database", former: [] },
  }),
  containerSpec("mosquitto", { volumes: [mount("store"), mount("mosquitto-files", true)] }),
  containerSpec("redis", { volumes: [mount("cache")] }),
  containerSpec("backup", { volumes: [mount("repository"), mount("store", true)] }),
]);
const change = (name: string) => ({
  ...{ kind: "volume" as const, name, differences: ["x"] },
  changes: [{ setting: "driver", declared: "local", found: "nfs" }],
});
const NOW = new Date("2026-11-29T12:00:00Z");
const backup = (at: string) => ({ id: "0123456789abcdef", at });

test("a volume of files holds no data, and one that is not there loses none", () => {
  const gone = { ...change("store"), changes: [] };

  expect(endangered(stack, [change("database"), change("mosquitto-files"), gone])).toEqual(["database"]);
});

describe("a backup that was verified", () => {
  const saved = savedVolumes(stack);
  const known = (at: string, volume = "database") => dangersWith([volume], saved, backup(at), NOW);

  test("has what it reads, and the database: not a cache, nor its own repository", () => {
    expect([...saved].sort()).toEqual(["database", "store"]);
    expect([...savedVolumes(stackOf(stack.containers.slice(0, 3)))]).toEqual([]);
  });

  test.each([
    { given: "of an hour ago", at: "2026-11-29T11:00:00Z", counts: true },
    { given: "that is a second older", at: "2026-11-29T10:59:59Z", counts: false },
    { given: "of a clock that is five minutes ahead", at: "2026-11-29T12:05:00Z", counts: true },
    { given: "of a clock that was further ahead", at: "2026-11-29T12:05:01Z", counts: false },
    { given: "that has not this volume", at: "2026-11-29T11:59:00Z", volume: "cache", counts: false },
  ])("$given: counts, $counts", ({ at, volume, counts }) => {
    expect(known(at, volume)).toEqual([
      { volume: volume ?? "database", ...(counts ? { backup: backup(at) } : {}) },
    ]);
  });
});

describe("data in danger", () => {
  const dangers = [{ volume: "database", backup: backup("2026-11-29T11:30:00Z") }, { volume: "cache" }];
  const refusal = (...volumes: readonly string[]) =>
    [
      ...volumes.map(
        (volume) => `volume ${volume} holds data and is not as configured: to make it so deletes the data`,
      ),
      "  → save the data first: exploreiot backup, then exploreiot backup verify; up goes on by itself where a verified backup of at most 60 minutes has the data, and exploreiot restore brings it back",
      `  → or delete it for good, by its name: exploreiot up ${volumes.map((volume) => `--replace-data ${volume}`).join(" ")}`,
    ].join("\n");

  test.each([
    { given: "no name", named: [], volumes: ["cache"] },
    { given: "the name of another one", named: ["database"], volumes: ["cache"] },
    { given: "a verb that may replace none", named: undefined, volumes: ["database", "cache"] },
  ])("is refused with $given", async ({ named, volumes }) => {
    expect(await errorText(() => allowedToReplace(dangers, named))).toBe(refusal(...volumes));
  });

  test("is given up by its name, or with its backup", () => {
    expect([
      allowedToReplace(dangers, ["cache"]),
      allowedToReplace(dangers.slice(0, 1), []),
      allowedToReplace([], undefined),
    ]).toEqual([dangers, dangers.slice(0, 1), []]);
  });

  test("is not given up by a name that is none", async () => {
    refuseUnknownVolumes(stack, ["cache", "database"]);

    expect(await errorText(() => refuseUnknownVolumes(stack, ["cache", "databse"]))).toBe(
      "--replace-data databse: no data volume of demo\n  → allowed: database, store, cache, repository",
    );
  });
});
