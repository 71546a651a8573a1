import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { lastReadingsText } from "../../cli/last-readings.ts";
import { projectRoot } from "../../core/home.ts";
import { silentAfterSeconds } from "../../site/sensors.ts";

const ago = (seconds: number) => new Date(Date.now() - seconds * 1000).toISOString();

test("tells the last reading and its age, and which sensors are silent", () => {
  const last = { sensor: "temp", value: 21.5, time: ago(125) };
  const silent = [{ sensor: "boiler", last: ago(7300), afterSeconds: 180 }];
  expect(lastReadingsText({ last, silent })).toEqual([
    "last reading: temp = 21.5, 2 min ago",
    "error: boiler is silent: its last reading is 2 h old, and one is expected within 180 s",
  ]);
  expect(lastReadingsText({ last: null, silent: [] })).toEqual(["last reading: none is stored yet"]);
});

test("does not call a reading new whose device has a clock that is ahead", () => {
  const time = ago(-3600);
  expect(lastReadingsText({ last: { sensor: "temp", value: 1, time }, silent: [] })).toEqual([
    `last reading: temp = 1, dated ${time}, which is ahead of this clock`,
  ]);
});

test("calls a sensor silent when the backend does", () => {
  const python = readFileSync(join(projectRoot, "apps/backend/exploreiot/sensor_settings.py"), "utf8");
  const missed = Number(/^_MISSED = (\d+)$/m.exec(python)?.[1]);
  expect(silentAfterSeconds({ intervalSeconds: 10 }, { silentAfterSeconds: 60 })).toBe(10 * missed);
  expect(silentAfterSeconds({}, { silentAfterSeconds: 60 })).toBe(60);
});
