import { describe, expect, test } from "vitest";
import { slices } from "@/lib/data/ranges";
import { parseFrame, parseKnownSensor, parseList, parseReading } from "@/lib/data/readings";
import { readForm } from "@/lib/data/send";
import { ageSeconds, clockOffsetMs, sensorStatus, sortedNames, withReadings } from "@/lib/data/sensors";

const T0 = Date.parse("2026-01-01T00:00:00Z");
const reading = (capteur: string, valeur: number, seconds = 0) => ({
  capteur,
  valeur,
  at: T0 + seconds * 1000,
});

describe("messages", () => {
  test("a pushed reading is read, with microseconds and an offset too", () => {
    const frame = '{"capteur":"temp","valeur":23.5,"horodatage":"2026-01-01T01:00:00.123456+01:00"}';
    expect(parseFrame(frame)).toEqual({ capteur: "temp", valeur: 23.5, at: T0 + 123 });
  });

  test.each([
    '{"reçu":true}',
    '{"erreur":"x"}',
    "",
    "{",
    "null",
    "3",
    "[]",
    '{"capteur":"","valeur":1,"horodatage":"2026-01-01T00:00:00Z"}',
    '{"capteur":7,"valeur":1,"horodatage":"2026-01-01T00:00:00Z"}',
    '{"capteur":"a","valeur":"1","horodatage":"2026-01-01T00:00:00Z"}',
    '{"capteur":"a","valeur":1e999,"horodatage":"2026-01-01T00:00:00Z"}',
    '{"capteur":"a","valeur":1,"horodatage":"yesterday"}',
    '{"capteur":"a","valeur":1,"horodatage":1767225600}',
  ])("the frame %s is no reading", (frame) => {
    expect(parseFrame(frame)).toBeUndefined();
  });

  test("a binary frame is no reading", () => {
    expect(parseFrame(new ArrayBuffer(2))).toBeUndefined();
  });

  test("a list keeps its good entries, and anything but a list is empty", () => {
    const good = { capteur: "a", valeur: 1, horodatage: "2026-01-01T00:00:00Z" };
    expect(parseList([{}, good, null], parseReading)).toEqual([reading("a", 1)]);
    expect(parseList({ detail: "no" }, parseReading)).toEqual([]);
  });

  test("a known sensor needs its age", () => {
    const entry = { capteur: "a", valeur: 1, horodatage: "2026-01-01T00:00:00Z" };
    expect([parseKnownSensor(entry), parseKnownSensor({ ...entry, age_secondes: 2.5 })]).toEqual([
      undefined,
      { ...reading("a", 1), ageSeconds: 2.5 },
    ]);
  });
});

describe("the newest value", () => {
  test("is the one measured last, not the one that arrived last", () => {
    const sensors = withReadings(new Map(), [
      reading("a", 1, 5),
      reading("a", 2, 3),
      reading("b", 3),
      reading("a", 4, 5),
    ]);
    expect([...sensors.values()]).toEqual([reading("a", 4, 5), reading("b", 3)]);
  });

  test("leaves the earlier map as it was", () => {
    const before = withReadings(new Map(), [reading("a", 1)]);
    withReadings(before, [reading("a", 2, 1)]);
    expect(before.get("a")).toEqual(reading("a", 1));
  });
});

describe("age", () => {
  test("is right on a device whose clock is an hour behind", () => {
    const deviceNow = T0 - 3_600_000;
    const offset = clockOffsetMs([{ ...reading("a", 1, -10), ageSeconds: 10 }], deviceNow);
    expect([offset, ageSeconds(reading("a", 1, -10), deviceNow + 5_000, offset ?? 0)]).toEqual([
      3_600_000, 15,
    ]);
  });

  test("has no offset without sensors, and is never negative", () => {
    expect([clockOffsetMs([], T0), ageSeconds(reading("a", 1, 60), T0, 0)]).toEqual([undefined, 0]);
  });
});

describe("silence", () => {
  const lost = { state: "lost", since: T0 } as const;
  test.each([
    [60, { state: "open" } as const, "live"],
    [60.1, { state: "open" } as const, "silent"],
    [3_600, lost, "unknown"],
    [1, lost, "unknown"],
    [3_600, { state: "connecting" } as const, "unknown"],
  ])("a value %f s old under the connection %o is %s", (age, connection, status) => {
    expect(sensorStatus(age, connection, 60)).toBe(status);
  });
});

describe("the list of sensors", () => {
  test("is in the order people expect, and filtered without regard to case", () => {
    const sensors = withReadings(
      new Map(),
      ["t10", "T2", "humidité", "t1"].map((name) => reading(name, 1)),
    );
    expect([sortedNames(sensors, ""), sortedNames(sensors, " T1 ")]).toEqual([
      ["humidité", "t1", "T2", "t10"],
      ["t1", "t10"],
    ]);
  });
});

describe("slices", () => {
  test("lie on whole multiples and cover the range, newest first", () => {
    expect(slices(25_000, 95_000, 30)).toEqual([
      { from: 60_000, to: 90_000 },
      { from: 30_000, to: 60_000 },
      { from: 25_000, to: 30_000 },
    ]);
  });

  test("are none where the complete readings fill the range", () => {
    expect(slices(70_000, 80_000, 30)).toEqual([]);
  });
});

describe("the form", () => {
  test.each([
    ["temp", "21,5", { capteur: "temp", valeur: 21.5 }],
    [" temp ", " -3 ", { capteur: "temp", valeur: -3 }],
    ["", "1", { wrong: "sensor" }],
    ["temp", "", { wrong: "value" }],
    ["temp", "12abc", { wrong: "value" }],
  ])("%j and %j give %o", (sensor, value, result) => {
    expect(readForm(sensor, value)).toEqual(result);
  });
});
