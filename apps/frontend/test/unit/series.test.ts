import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Api, ApiError } from "@/lib/data/api";
import { axisRange } from "@/lib/data/axis";
import { type Bucket, type Buckets, extremesOf, parseSeries, since, withPushed } from "@/lib/data/buckets";
import { toColumns } from "@/lib/data/columns";
import { loadSeries } from "@/lib/data/load-series";
import { isShowable, moved, PERIODS, scaled, spanOf, stepSeconds } from "@/lib/data/periods";
import { mergePoints, type Point } from "@/lib/data/points";
import { Backend } from "../support/backend";

const points = (...pairs: [at: number, value: number][]): Point[] =>
  pairs.map(([at, value]) => ({ at, value }));
const one = (value: number): Bucket => ({ low: value, mean: value, high: value, count: 1 });
const buckets = (...pairs: [start: number, value: number][]): Buckets =>
  new Map(pairs.map(([start, value]) => [start, one(value)]));

describe("merging", () => {
  test("appends what is newer", () => {
    expect(mergePoints(points([1, 1]), points([2, 2], [3, 3]))).toEqual(points([1, 1], [2, 2], [3, 3]));
  });

  test("puts a late reading in its place and drops what is there already", () => {
    const merged = mergePoints(points([1, 1], [3, 3]), points([2, 2], [3, 3]));
    expect(merged).toEqual(points([1, 1], [2, 2], [3, 3]));
  });

  test("keeps two values of one instant", () => {
    expect(mergePoints(points([1, 1]), points([1, 2]))).toEqual(points([1, 1], [1, 2]));
  });
});

describe("periods", () => {
  test.each([
    ["minutes", 1],
    ["hour", 5],
    ["day", 120],
    ["week", 900],
    ["month", 3_600],
  ] as const)("of a %s have buckets of %i s", (name, step) => {
    const span = spanOf(name, 1e12);
    expect([span.to - span.from, stepSeconds(span)]).toEqual([PERIODS[name] * 1000, step]);
  });

  test("never ask for more buckets than the backend gives, and for none longer than a day", () => {
    const longest = scaled({ from: 0, to: 1e15 }, 1);
    const step = stepSeconds(longest);
    expect([isShowable(longest), step, (longest.to - longest.from) / 1000 / step <= 2_000]).toEqual([
      true,
      86_400,
      true,
    ]);
  });

  test.each([
    [{ from: 0, to: 999 }, false],
    [{ from: 5_000, to: 1_000 }, false],
    [{ from: Number.NaN, to: 1_000 }, false],
    [{ from: 0, to: 1_000 }, true],
    [{ from: 0, to: 6 * 366 * 86_400_000 }, false],
  ])("%o can be shown: %s", (span, answer) => {
    expect(isShowable(span)).toBe(answer);
  });

  test("are halved and doubled around their middle, moved by a part, and never shorter than a second", () => {
    const span = { from: 10_000, to: 20_000 };
    expect([scaled(span, 0.5), scaled(span, 2), moved(span, -0.5), scaled(span, 0.001)]).toEqual([
      { from: 12_500, to: 17_500 },
      { from: 5_000, to: 25_000 },
      { from: 5_000, to: 15_000 },
      { from: 14_500, to: 15_500 },
    ]);
  });
});

describe("buckets", () => {
  const series = { stepSeconds: 10, resolutionSeconds: 0, bySensor: new Map([["a", buckets([10_000, 5])]]) };
  const reading = (capteur: string, valeur: number, at: number) => ({ capteur, valeur, at });

  test("grow by pushed readings, each in its own, and those of other sensors are left out", () => {
    const grown = withPushed(series, [
      reading("a", 8, 19_999),
      reading("a", 2, 12_000),
      reading("a", 1, 20_000),
      reading("b", 1, 10_000),
    ]);
    const expected = new Map([
      [10_000, { low: 2, mean: 5, high: 8, count: 3 }],
      [20_000, one(1)],
    ]);
    expect(grown).toEqual({ stepSeconds: 10, resolutionSeconds: 0, bySensor: new Map([["a", expected]]) });
    expect(series.bySensor.get("a")).toEqual(buckets([10_000, 5]));
    expect(withPushed(series, [reading("b", 1, 10_000)])).toBe(series);
  });

  test("go when they end before the period, and have extremes as long as there are any", () => {
    expect([since(series, 19_999), since(series, 20_000)].map(({ bySensor }) => bySensor.get("a"))).toEqual([
      buckets([10_000, 5]),
      new Map(),
    ]);
    expect([extremesOf(buckets([1, 5], [2, -3])), extremesOf(new Map())]).toEqual([
      { low: -3, high: 5 },
      undefined,
    ]);
  });

  test.each([null, {}, { pas: 0, series: [] }, { pas: "60" }])("%o is no series", (answer) => {
    expect(parseSeries(answer)).toBeUndefined();
  });
});

describe("columns", () => {
  const line = (given: Buckets, intervalSeconds?: number) => ({ buckets: given, intervalSeconds });

  test("have highest, lowest and mean at the middle of each bucket", () => {
    const given: Buckets = new Map([[2_000, { low: 1, mean: 2, high: 4, count: 9 }]]);
    expect(toColumns([line(given)], 2, 100)).toEqual([[3], [4], [1], [2]]);
  });

  test("break at a gap to its end, and where another line has a bucket say nothing", () => {
    const [a, b] = [buckets([0, 1], [1_000, 2], [9_000, 3]), buckets([1_000, 7], [2_000, 8])];
    const [times, , , meanA, , , meanB] = toColumns([line(a), line(b)], 1, 100);
    expect([times, meanA, meanB]).toEqual([
      [0.5, 1.5, 1.501, 2.5, 9.5],
      [1, 2, null, null, 3],
      [undefined, 7, undefined, 8, undefined],
    ]);
  });

  const meanOf = (given: Buckets, interval: number | undefined, step: number, span: number) =>
    toColumns([line(given, interval)], step, span)[3];

  test("measure a gap by the interval of the sensor where it is known", () => {
    const slow = buckets([0, 1], [60_000, 2], [120_000, 3], [400_000, 4]);
    expect(meanOf(slow, 60, 5, 3_600)).toEqual([1, 2, 3, null, 4]);
    expect(meanOf(slow, 100, 5, 3_600)).toEqual([1, 2, 3, 4]);
  });

  test("measure it by the pace around it otherwise, not by that of a denser stretch elsewhere", () => {
    const fast = Array.from({ length: 500 }, (_, index): [number, number] => [180_000 + index * 1000, 1]);
    const slow: [number, number][] = [
      [0, 1],
      [60_000, 1],
      [120_000, 1],
    ];
    expect(meanOf(buckets(...slow, ...fast), undefined, 1, 3_600)).not.toContain(null);
    expect(meanOf(buckets(...slow, [900_000, 2]), undefined, 1, 3_600)).toEqual([1, 1, 1, null, 2]);
  });
});

describe("the axis of values", () => {
  const none = { low: undefined, high: undefined };
  test.each([
    ["has a tenth of space", 10, 20, none, [9, 21]],
    ["has one reading in its middle", 20, 20, none, [19, 21]],
    ["has a negative one there, too", -20, -20, none, [-21, -19]],
    ["has zero there", 0, 0, none, [-0.5, 0.5]],
    ["shows a limit that is near", 10, 20, { low: 5, high: 80 }, [4, 21]],
    ["shows one that the values have crossed", 10, 90, { low: undefined, high: 80 }, [2, 98]],
    ["is there without values", null, null, none, [0, 1]],
  ] as const)("%s", (_name, low, high, limits, range) => {
    expect(axisRange(low, high, limits)).toEqual(range);
  });
});

describe("loading", () => {
  const NOW = Date.parse("2026-01-01T12:00:00Z");
  let backend: Backend;
  let api: Api;

  beforeEach(async () => {
    backend = new Backend();
    api = new Api(`http://127.0.0.1:${await backend.start()}/api`, 500);
    backend.store("a", 1, NOW - 7_200_000);
    backend.store("a", 2, NOW - 60_000);
    backend.store("a", 4, NOW - 59_000);
  });
  afterEach(() => backend.stop());
  const expected = new Map([[NOW - 60_000, { low: 2, mean: 3, high: 4, count: 2 }]]);

  test("asks once for all sensors, in whole buckets, and gives an entry to each", async () => {
    const loaded = await loadSeries(api, ["a", "b"], spanOf("hour", NOW - 1));
    expect(loaded).toEqual({
      stepSeconds: 5,
      resolutionSeconds: 0,
      bySensor: new Map([
        ["a", expected],
        ["b", new Map()],
      ]),
      isCutOff: false,
    });
    expect(backend.calls).toEqual([
      "/api/series?capteur=a&capteur=b&depuis=2026-01-01T10%3A59%3A55.000Z&jusque=2026-01-01T12%3A00%3A00.000Z&pas=5",
    ]);
  });

  test("asks again for wider buckets where sums that are wider are left", async () => {
    backend.kept.resolution = 3_600;
    const loaded = await loadSeries(api, ["a"], spanOf("hour", NOW - 1));

    expect([loaded.stepSeconds, loaded.resolutionSeconds]).toEqual([3_600, 3_600]);
    const hour = NOW - 3_600_000;
    expect(loaded.bySensor.get("a")?.get(hour)).toEqual({ low: 2, mean: 3, high: 4, count: 2 });
    expect(backend.calls.map((call) => call.split("pas=")[1])).toEqual(["5", "3600"]);
    // Days are no wider than the buckets of years.
    backend.kept.resolution = 86_400;
    backend.calls.length = 0;
    await loadSeries(api, ["a"], { from: NOW - 5 * 365 * 86_400_000, to: NOW });
    expect(backend.calls.map((call) => call.split("pas=")[1])).toEqual(["86400"]);
  });

  test("sums up itself what a backend from before gives, and says when that is not all", async () => {
    backend.isOld = true;
    const few = await loadSeries(api, ["a"], spanOf("hour", NOW));
    for (let second = 0; second < 1_000; second++) backend.store("a", 3, NOW - second * 1000);
    const many = await loadSeries(api, ["a"], spanOf("hour", NOW));
    expect([few.bySensor.get("a"), few.isCutOff, many.isCutOff]).toEqual([expected, false, true]);
  });

  test("says which status refused it, or that nobody answered", async () => {
    backend.getStatus = 401;
    await expect(loadSeries(api, ["a"], spanOf("hour", NOW))).rejects.toEqual(new ApiError(401));
    await backend.stop();
    await expect(api.sensors()).rejects.toEqual(new ApiError(undefined));
  });
});
