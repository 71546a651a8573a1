import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Api, ApiError } from "@/lib/data/api";
import { SeriesLoader } from "@/lib/data/load-series";
import { RANGES } from "@/lib/data/ranges";
import { mergePoints, type Point, shortestGapMs, since, summarise, thin, toColumns } from "@/lib/data/series";
import { Backend } from "../support/backend";

const points = (...pairs: [at: number, value: number][]): Point[] =>
  pairs.map(([at, value]) => ({ at, value }));

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

  test("keeps an empty list empty, and cuts off what is too old", () => {
    expect([mergePoints([], []), since(points([1, 1], [2, 2]), 2), since(points([1, 1]), 2)]).toEqual([
      [],
      points([2, 2]),
      [],
    ]);
  });
});

describe("thinning", () => {
  const many = Array.from({ length: 10_000 }, (_, at) => ({ at, value: at === 5_003 ? 99 : at % 2 }));

  test("keeps a peak of one reading among ten thousand, in order", () => {
    const kept = thin(many, 50);
    expect([kept.length, summarise(kept)]).toEqual([400, { low: 0, high: 99 }]);
    expect(kept.every((point, index) => index === 0 || point.at > (kept[index - 1]?.at ?? 0))).toBe(true);
  });

  test("a second time changes nothing", () => {
    expect(thin(thin(many, 50), 50)).toEqual(thin(many, 50));
  });

  test("keeps every point of a sparse stretch next to a dense one", () => {
    const sparse = points([0, 5], [1_000, 6], [2_000, 7]);
    const dense = points([3_000, 1], [3_001, 2], [3_002, 3]);
    expect(thin([...sparse, ...dense], 100)).toEqual([...sparse, ...points([3_000, 1], [3_002, 3])]);
  });
});

describe("gaps", () => {
  test("break the line with a null inside the gap", () => {
    expect(toColumns(points([1_000, 1], [2_000, 2], [9_000, 3]), 5_000)).toEqual([
      [1, 2, 2.001, 9],
      [1, 2, null, 3],
    ]);
  });

  test("are measured by the pace around them, not by that of a denser stretch elsewhere", () => {
    const slow = points([0, 1], [60_000, 1], [120_000, 1]);
    const fast = Array.from({ length: 500 }, (_, index) => ({ at: 180_000 + index * 10, value: 1 }));
    expect(toColumns([...slow, ...fast], 36_000)[1]).not.toContain(null);
    expect(toColumns([...slow, ...points([900_000, 2])], 36_000)[1]).toEqual([1, 1, 1, null, 2]);
  });

  test("are at least a hundredth of the range, or two and a half samples", () => {
    expect([shortestGapMs(3_600, undefined), shortestGapMs(3_600, 900)]).toEqual([36_000, 2_250_000]);
  });

  test("have no summary without points", () => {
    expect(summarise([])).toBeUndefined();
  });
});

describe("loading", () => {
  const NOW = Date.parse("2026-01-01T12:00:00Z");
  let backend: Backend;
  let api: Api;

  beforeEach(async () => {
    backend = new Backend();
    api = new Api(`http://127.0.0.1:${await backend.start()}/api`, 500);
  });
  afterEach(() => backend.stop());

  test("asks once where one answer holds the range, and gives it oldest first", async () => {
    backend.store("a", 1, NOW - 7_200_000);
    backend.store("a", 2, NOW - 60_000);
    backend.store("a", 3, NOW - 1_000);
    const loaded = await new SeriesLoader(api).load("a", RANGES.hour, NOW);
    expect(loaded).toEqual({ points: points([NOW - 60_000, 2], [NOW - 1_000, 3]), isSampled: false });
    expect(backend.calls).toEqual(["/api/mesures?capteur=a&limite=1000&depuis=2026-01-01T11%3A00%3A00.000Z"]);
  });

  test("samples the older part of a dense range, and asks for each sample only once", async () => {
    for (let second = 3_599; second >= 0; second--) backend.store("a", second, NOW - second * 1000);
    const loader = new SeriesLoader(api);
    const loaded = await loader.load("a", RANGES.hour, NOW);
    const [sampled, calls] = [loaded.points.length - 1000, backend.calls.length];
    expect([loaded.isSampled, sampled, calls]).toEqual([true, 28, 29]);
    expect(loaded.points[0]?.at).toBe(NOW - 3_511_000);
    await loader.load("a", RANGES.hour, NOW);
    expect(backend.calls.length - calls).toBe(1);
  });

  test("says which status refused it, or that nobody answered", async () => {
    backend.getStatus = 401;
    await expect(api.sensors()).rejects.toEqual(new ApiError(401));
    await backend.stop();
    await expect(api.sensors()).rejects.toEqual(new ApiError(undefined));
  });
});
