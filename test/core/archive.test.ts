import { describe, expect, test } from "vitest";
import { momentIn, momentOf, rangesOf, readArchive } from "../../core/archive.ts";
import { errorText } from "../support/error-text.ts";

const at = (time: string) => `2026-11-29T${time}Z`;
const base = (id: string, line: string, part: number, from?: string) => ({
  id,
  time: at("09:00:00"),
  tags: [
    ...["exploreiot-base", "deployment=demo", `line=${line}`, `part=${part}`, "major=17"],
    ...(from === undefined ? [] : [`from=${at(from)}`]),
  ],
});
const log = (id: string, line: string, part: number, until: string, lsn = `0/${id.toUpperCase()}`) => ({
  id,
  time: at(`${until.slice(0, 5)}:${id === "a5b" ? "59" : "30"}`),
  tags: [
    ...["exploreiot-archive", "deployment=demo", `line=${line}`, `part=${part}`],
    ...[`until=${at(until)}`, `lsn=${lsn}`, "major=17"],
  ],
});

/** A line of three parts with two base backups, one that came to no end, a gap, and a line that is written. */
const ALL = [
  base("b1", "one", 1, "10:00:00.500"),
  log("a1", "one", 1, "10:10:00"),
  log("a2", "one", 1, "11:00:00"),
  log("a3", "one", 2, "12:00:00"),
  base("b2", "one", 2, "11:30:00"),
  base("bx", "one", 2),
  log("a4", "one", 3, "12:30:00"),
  base("b3", "two", 1, "13:00:00"),
  log("a6", "two", 1, "13:05:00.250"),
  log("a5", "two", 1, "13:04:00"),
];
const archive = (entries: readonly object[] = ALL) => readArchive(JSON.stringify(entries));
const moment = (to: string, entries = ALL, major = 17) =>
  momentIn(archive(entries), {
    to: to === "latest" ? to : at(to),
    deployment: "demo",
    repository: "/srv/backups",
    major,
  });

describe("what can be restored", () => {
  test("is from the end of the first base backup to the last of the log, line by line", () => {
    expect(rangesOf(archive())).toEqual([
      { from: at("10:00:00.500"), until: at("12:30:00") },
      { from: at("13:00:00"), until: at("13:05:00.250") },
    ]);
  });

  test("ends before a part of the log that is missing", () => {
    const left = ALL.filter(({ id }) => id !== "a3");

    expect(rangesOf(archive(left))[0]).toEqual({ from: at("10:00:00.500"), until: at("11:00:00") });
  });

  test("is nothing without a base backup, or without its log", () => {
    expect([rangesOf(archive(ALL.filter(({ id }) => id.startsWith("a")))), rangesOf(archive([]))]).toEqual([
      [],
      [],
    ]);
    expect(rangesOf(archive(ALL.filter(({ id }) => id === "b3")))).toEqual([]);
  });
});

describe("a moment takes the nearest base backup before it, and the log from there to it", () => {
  test.each([
    ["10:00:00.500", "b1", ["a2"], "0/A2"],
    ["11:00:00", "b1", ["a2"], "0/A2"],
    ["11:29:59.999", "b1", ["a2", "a3"], "0/A3"],
    ["11:30:00", "b2", ["a3"], "0/A3"],
    ["12:00:00.001", "b2", ["a3", "a4"], "0/A4"],
    ["13:05:00.250", "b3", ["a6"], "0/A6"],
  ])("%s", (to, id, logs, lsn) => {
    expect(moment(to)).toEqual({ to: at(to), base: id, logs, lsn });
  });

  test("the later one of two snapshots that know the same time", () => {
    const same = [log("a5b", "two", 1, "13:05:00.250", "0/1"), ...ALL];

    expect(moment("latest", same).logs).toEqual(["a5b"]);
  });

  test("the last one there is", () => {
    expect(moment("latest")).toEqual(moment("13:05:00.250"));
    expect(momentOf("latest")).toBe("latest");
  });

  test("or an older one, where a part of the log is missing behind the nearest", () => {
    const left = ALL.filter(({ id }) => id !== "a4");

    expect(moment("12:00:00", left).base).toBe("b2");
  });

  test.each(["10:00:00.499", "12:30:00.001", "12:59:59", "13:05:00.251"])(
    "%s is not there, and what is there is named",
    async (to) => {
      expect(await errorText(() => moment(to))).toBe(
        `--to ${at(to)}: is not in the archive of demo\n` +
          `  → allowed: ${at("10:00:00.500")} to ${at("12:30:00")}, or ${at("13:00:00")} to ${at("13:05:00.250")}`,
      );
    },
  );

  test("none where there is no archive", async () => {
    expect(await errorText(() => moment("latest", []))).toBe(
      "/srv/backups: holds no archive of demo, so no moment between two backups can be restored\n" +
        "  → set backup.archive: true for the time to come; exploreiot restore without --to restores a backup",
    );
  });

  test("none of another version of PostgreSQL, whose files this one does not read", async () => {
    expect(await errorText(() => moment("12:00:00", ALL, 18))).toContain(
      "is in the archive of PostgreSQL 17, and this version of the kit runs PostgreSQL 18\n",
    );
  });
});

describe("a time", () => {
  test.each([
    ["2026-11-29T14:03:00Z", "2026-11-29T14:03:00.000Z"],
    ["2026-11-29T00:03:00.25+01:00", "2026-11-28T23:03:00.250Z"],
    ["2026-11-28T19:33:00-04:30", "2026-11-29T00:03:00.000Z"],
    ["2028-02-29T00:00:00Z", "2028-02-29T00:00:00.000Z"],
  ])("%s", (text, utc) => {
    expect(momentOf(text)).toBe(utc);
  });

  test.each([
    "2026-11-29T14:03:00",
    "2026-11-29",
    "2026-11-29T14:03Z",
    "2026-02-29T14:03:00Z",
    "2026-11-29T24:03:00Z",
    "2026-11-29T14:03:00.0001Z",
    "2026-11-29 14:03:00Z",
    "yesterday",
    "",
    "2026-11-29T14:03:00Z'; DROP",
  ])("%s is refused", async (text) => {
    expect(await errorText(() => momentOf(text))).toBe(
      `--to ${text}: allowed: a time with its zone, such as 2026-11-29T14:03:00Z or 2026-11-29T15:03:00.250+01:00, in milliseconds at most; or latest\n` +
        "  → exploreiot backup list says which moments can be restored",
    );
  });
});
