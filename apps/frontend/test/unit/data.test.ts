import { describe, expect, test } from "vitest";
import { parseKnownSensor, parseReading } from "@/lib/data/readings";
import { readForm } from "@/lib/data/send";
import {
  ageSeconds,
  clockOffsetMs,
  isMeant,
  sensorStatus,
  sortedByStatus,
  sortedNames,
  withReadings,
} from "@/lib/data/sensors";
import { parseList } from "@/lib/data/values";
import { parsePush } from "@/lib/live/pushes";

const T0 = Date.parse("2026-01-01T00:00:00Z");
const reading = (capteur: string, valeur: number, seconds = 0) => ({
  capteur,
  valeur,
  at: T0 + seconds * 1000,
});

describe("messages", () => {
  test("a pushed reading is read, with microseconds and an offset too", () => {
    const frame = '{"capteur":"temp","valeur":23.5,"horodatage":"2026-01-01T01:00:00.123456+01:00"}';
    expect(parsePush(frame)).toEqual({ reading: { capteur: "temp", valeur: 23.5, at: T0 + 123 } });
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
    '{"type":"chaine"}',
    '{"type":"chaine","complete":true,"maillons":[]}',
    '{"type":"alarme","id":1}',
  ])("the frame %s is no reading", (frame) => {
    expect(parsePush(frame)).toEqual({});
  });

  test("a binary frame is no reading", () => {
    expect(parsePush(new ArrayBuffer(2))).toEqual({});
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

describe("the state of a sensor", () => {
  const limits = { low: 5, high: 80 };
  test.each([
    [20, 60, "open", "live"],
    [20, 60.1, "open", "silent"],
    [20, 1, "lost", "unknown"],
    [20, 3_600, "lost", "unknown"],
    [20, 3_600, "connecting", "unknown"],
    [20, 1, "broken", "unknown"],
    // Where nobody knows of the chain, a value that came just now speaks for itself, and a silence for nothing.
    [20, 1, "unknown", "live"],
    [20, 61, "unknown", "unknown"],
    [80, 1, "open", "live"],
    [80.1, 1, "open", "high"],
    [5, 1, "open", "live"],
    [4.9, 1, "unknown", "low"],
    [4.9, 61, "open", "silent"],
  ] as const)("with the value %f, %f s old, while the chain is %s, is %s", (value, age, health, status) => {
    expect(sensorStatus(value, age, health, 60, limits)).toBe(status);
  });
});

describe("the list of sensors", () => {
  test("is in the order people expect", () => {
    const sensors = withReadings(
      new Map(),
      ["t10", "T2", "humidité", "t1"].map((name) => reading(name, 1)),
    );
    expect(sortedNames(sensors)).toEqual(["humidité", "t1", "T2", "t10"]);
  });

  test("has what asks for attention first, by name within a state", () => {
    const statuses = new Map([
      ["a", "live"],
      ["b", "silent"],
      ["c", "unknown"],
      ["d", "low"],
      ["e10", "high"],
      ["e9", "high"],
    ] as const);
    expect(sortedByStatus(statuses)).toEqual(["e9", "e10", "d", "b", "c", "a"]);
  });

  test("is filtered by name and label, without regard to case", () => {
    const filters = [" T1 ", "chaud", "x", ""];
    expect(filters.map((filter) => isMeant(filter, "t10", "Chaudière"))).toEqual([true, true, false, true]);
    expect(isMeant("chaud", "t10", undefined)).toBe(false);
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
