import { describe, expect, test } from "vitest";
import { bytesText, forecast, storageText } from "../../cli/storage.ts";

const DAY = 86_400;
const GIB = 1024 ** 3;
/** A Thursday at noon. */
const NOW = Date.parse("2026-06-04T12:00:00Z") / 1000;
const MONDAY = Date.parse("2026-06-01T00:00:00Z") / 1000;

/** A year of weeks with 7 GiB each, as much in the days of this one; the next one is empty. */
const weeks = (number: number) => [
  { from: MONDAY + 7 * DAY, bytes: 0 },
  { from: MONDAY, bytes: 3.5 * GIB },
  ...Array.from({ length: number - 1 }, (_, n) => ({ from: MONDAY - (n + 1) * 7 * DAY, bytes: 7 * GIB })),
];
const said = (change: object = {}) => ({
  ...{ bytes: 100 * GIB, now: NOW, weeks: weeks(10), refused: null, early: 0 },
  ...{ room: `disk 1F/3A2B1C0D ${1000 * GIB} ${2000 * GIB} ${NOW - 5}`, first: MONDAY - 9 * 7 * DAY },
  ...{ horizon: NOW - 365 * DAY },
  ...change,
});

describe("the forecast of the disk", () => {
  test("counts the bytes that the last weeks brought for each day", () => {
    expect(forecast(said({ room: `disk 1F/3A2B1C0D ${100 * GIB} ${2000 * GIB} ${NOW}` }))).toEqual({
      ...{ databaseBytes: 100 * GIB, bytesPerDay: GIB, freeBytes: 100 * GIB, diskBytes: 2000 * GIB },
      ...{ daysUntilFull: 100, levelsOff: false, weeksAggregatedEarly: 0, trouble: [] },
    });
  });

  test("sees that old weeks will go before the disk is full", () => {
    expect(forecast(said())).toMatchObject({ levelsOff: true, trouble: [] });
    expect(forecast(said())).not.toHaveProperty("daysUntilFull");
    // Without a sound run nobody knows when they will.
    expect(forecast(said({ horizon: null }))).toMatchObject({ levelsOff: false, daysUntilFull: 1000 });
  });

  test.each([
    [
      "13 days",
      `disk 1F/3A2B1C0D ${13.5 * GIB} ${2000 * GIB} ${NOW}`,
      ["the disk is full in 13 days: make room, or keep readings for a shorter time (retention)"],
    ],
    ["14 days", `disk 1F/3A2B1C0D ${14 * GIB} ${2000 * GIB} ${NOW}`, []],
  ])("is a finding below 14 days: %s", (_, room, trouble) => {
    expect(forecast(said({ room })).trouble).toEqual(trouble);
  });

  test("tells that readings are refused, and what went early", () => {
    const told = forecast(said({ refused: "the disk has 1 MiB left", early: 3 }));

    expect(told.trouble).toEqual(["the disk has 1 MiB left"]);
    expect(storageText(told)).toEqual([
      "readings: 100 GiB, 1 GiB a day, 1000 GiB of 1.95 TiB free, as much will go as comes before it is full, 3 weeks went into hourly sums early, for want of room",
      "trouble: the disk has 1 MiB left",
    ]);
  });

  test.each([
    ["nobody says how much room there is", { room: null }],
    ["the word is older than a minute", { room: `disk 1F/3A2B1C0D 1 2 ${NOW - 61}` }],
  ])("is not known where %s", (_, change) => {
    const told = forecast(said(change));

    expect(told).toEqual({
      ...{
        databaseBytes: 100 * GIB,
        bytesPerDay: GIB,
        levelsOff: false,
        weeksAggregatedEarly: 0,
        trouble: [],
      },
    });
    expect(storageText(told)).toEqual([
      "readings: 100 GiB, 1 GiB a day, how much room the disk has is not known",
    ]);
  });

  test("begins with the first reading, and needs a day of them", () => {
    const young = { weeks: [{ from: MONDAY, bytes: 3 * GIB }], horizon: NOW - 365 * DAY };

    expect(forecast(said({ ...young, first: NOW - 2 * DAY })).bytesPerDay).toBe(1.5 * GIB);
    expect(forecast(said({ ...young, first: NOW - 0.9 * DAY }))).not.toHaveProperty("bytesPerDay");
    expect(forecast(said({ ...young, first: null }))).not.toHaveProperty("bytesPerDay");
  });
});

test.each([
  [0, "0 bytes"],
  [1023, "1023 bytes"],
  [1536, "1.5 KiB"],
  [5 * 1024 ** 5, "5120 TiB"],
])("%i bytes are told as %s", (bytes, text) => {
  expect(bytesText(bytes)).toBe(text);
});
