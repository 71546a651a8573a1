import type { Reading } from "./readings";

export interface Point {
  readonly at: number;
  readonly value: number;
}

/** Columns as the chart wants them: seconds, and null where the line must break. */
export type Columns = [number[], (number | null)[]];

export function toPoint(reading: Reading): Point {
  return { at: reading.at, value: reading.valeur };
}

/** One ascending list without doubles: what was loaded and what arrived meanwhile overlap. */
export function mergePoints(points: readonly Point[], more: readonly Point[]): Point[] {
  const last = points.at(-1);
  const isTail = more.every((point, index) => point.at > (more[index - 1]?.at ?? last?.at ?? -Infinity));
  if (isTail) return [...points, ...more];
  const sorted = [...points, ...more].sort((a, b) => a.at - b.at);
  return sorted.filter((point, index) => !isSame(point, sorted[index - 1]));
}

function isSame(point: Point, other: Point | undefined): boolean {
  return other !== undefined && point.at === other.at && point.value === other.value;
}

export function since(points: readonly Point[], from: number): Point[] {
  const first = points.findIndex((point) => point.at >= from);
  return first === -1 ? [] : points.slice(first);
}

/**
 * The lowest and the highest point of each `bucketMs`: a short peak stays visible however many readings share its
 * pixel, and sparse stretches keep every point. Buckets lie on whole multiples, so thinning twice changes nothing.
 */
export function thin(points: readonly Point[], bucketMs: number): Point[] {
  const kept: Point[] = [];
  let bucket: Point[] = [];
  for (const point of points) {
    if (bucket[0] !== undefined && bucketOf(bucket[0], bucketMs) !== bucketOf(point, bucketMs)) {
      kept.push(...extremes(bucket));
      bucket = [];
    }
    bucket.push(point);
  }
  return [...kept, ...extremes(bucket)];
}

function bucketOf(point: Point, bucketMs: number): number {
  return Math.floor(point.at / bucketMs);
}

function extremes(bucket: readonly Point[]): Point[] {
  const [first] = bucket;
  if (first === undefined) return [];
  const low = bucket.reduce((best, point) => (point.value < best.value ? point : best), first);
  const high = bucket.reduce((best, point) => (point.value > best.value ? point : best), first);
  if (low === high) return [low];
  return low.at <= high.at ? [low, high] : [high, low];
}

/** The line breaks at a gap: a straight line there would claim values nobody measured. */
export function toColumns(points: readonly Point[], shortestGapMs: number): Columns {
  const columns: Columns = [[], []];
  points.forEach(({ at, value }, index) => {
    if (isGap(points, index, shortestGapMs)) push(columns, ((points[index - 1]?.at ?? 0) + 1) / 1000, null);
    push(columns, at / 1000, value);
  });
  return columns;
}

function push(columns: Columns, seconds: number, value: number | null): void {
  columns[0].push(seconds);
  columns[1].push(value);
}

/** Five times the pace just before and after: a sensor may well change its pace within what is shown. */
function isGap(points: readonly Point[], index: number, shortestMs: number): boolean {
  const wait = intervalBefore(points, index);
  const pace = Math.max(intervalBefore(points, index - 1), intervalBefore(points, index + 1));
  return wait > Math.max(shortestMs, 5 * pace);
}

function intervalBefore(points: readonly Point[], index: number): number {
  const [earlier, later] = [points[index - 1], points[index]];
  return earlier === undefined || later === undefined ? 0 : later.at - earlier.at;
}

/** What is too short to be seen as a gap: a hundredth of the range, or two and a half distances of samples. */
export function shortestGapMs(rangeSeconds: number, sampleSeconds: number | undefined): number {
  return Math.max(rangeSeconds * 10, (sampleSeconds ?? 0) * 2_500);
}

export interface Summary {
  readonly low: number;
  readonly high: number;
}

export function summarise(points: readonly Point[]): Summary | undefined {
  if (points.length === 0) return undefined;
  let [low, high] = [Infinity, -Infinity];
  for (const { value } of points) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return { low, high };
}
