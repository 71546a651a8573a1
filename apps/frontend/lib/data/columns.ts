import type { Bucket, Buckets } from "./buckets";

/** Columns for the chart: null breaks a line, undefined says nothing of a line that goes on. */
export type Column = (number | null | undefined)[];

export interface LineData {
  readonly buckets: Buckets;
  /** How long the sensor waits between two readings, where that is known. */
  readonly intervalSeconds: number | undefined;
}

/**
 * Seconds, and then for each line its highest, lowest and mean values. A line breaks at a gap: a straight line there
 * would claim values that nobody measured.
 */
export function toColumns(
  lines: readonly LineData[],
  stepSeconds: number,
  spanSeconds: number,
): [number[], ...Column[]] {
  const rows = lines.map((line) => rowsOf(line, stepSeconds, spanSeconds));
  const times = [...new Set(rows.flatMap((row) => row.map(([at]) => at)))].sort((a, b) => a - b);
  const indexOf = new Map(times.map((at, index) => [at, index]));
  const columns = rows.flatMap((row) => {
    const nothing = (): Column => new Array(times.length).fill(undefined);
    const [high, low, mean] = [nothing(), nothing(), nothing()];
    row.forEach(([at, bucket], place) => {
      const index = indexOf.get(at) ?? 0;
      // A gap reaches to the next bucket: rows of other lines within it would otherwise close it again.
      const next = row[place + 1];
      const end = bucket === undefined && next !== undefined ? (indexOf.get(next[0]) ?? index) : index + 1;
      high.fill(bucket?.high ?? null, index, end);
      low.fill(bucket?.low ?? null, index, end);
      mean.fill(bucket?.mean ?? null, index, end);
    });
    return [high, low, mean];
  });
  return [times.map((at) => at / 1000), ...columns];
}

type Row = readonly [at: number, bucket: Bucket | undefined];

/** In order of time, at the middle of each bucket, with a row of nothing in each gap. */
function rowsOf({ buckets, intervalSeconds }: LineData, stepSeconds: number, spanSeconds: number): Row[] {
  const starts = [...buckets.keys()].sort((a, b) => a - b);
  const shortestMs = Math.max(2.5 * stepSeconds, 3 * (intervalSeconds ?? spanSeconds / 300)) * 1000;
  const middle = (stepSeconds * 1000) / 2;
  return starts.flatMap((start, index): Row[] => {
    const row: Row = [start + middle, buckets.get(start)];
    const earlier = starts[index - 1];
    if (earlier === undefined || !isGap(starts, index, shortestMs, intervalSeconds)) return [row];
    return [[earlier + middle + 1, undefined], row];
  });
}

/** Without a known interval: five times the pace just before and after, for a sensor may well change its pace. */
function isGap(
  starts: readonly number[],
  index: number,
  shortestMs: number,
  intervalSeconds: number | undefined,
): boolean {
  const wait = waitBefore(starts, index);
  if (intervalSeconds !== undefined) return wait > shortestMs;
  const pace = Math.max(waitBefore(starts, index - 1), waitBefore(starts, index + 1));
  return wait > Math.max(shortestMs, 5 * pace);
}

function waitBefore(starts: readonly number[], index: number): number {
  const [earlier, later] = [starts[index - 1], starts[index]];
  return earlier === undefined || later === undefined ? 0 : later - earlier;
}
