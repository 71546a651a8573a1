// Periods that the chart can show, and how finely each is asked for.

/** Seconds of the periods that end now. */
export const PERIODS = { minutes: 300, hour: 3_600, day: 86_400, week: 604_800, month: 2_592_000 } as const;

export type PeriodName = keyof typeof PERIODS;
export const PERIOD_NAMES = Object.keys(PERIODS) as PeriodName[];

/** In milliseconds since 1970. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A named period moves with the time, a span stands still. */
export type Period = PeriodName | Span;

export function spanOf(period: Period, now: number): Span {
  return typeof period === "string" ? { from: now - PERIODS[period] * 1000, to: now } : period;
}

/** The backend gives at most 2,000 buckets of at most a day each. */
const LONGEST_MS = 1_990 * 86_400_000;
const SHORTEST_MS = 1_000;

export function isShowable({ from, to }: Span): boolean {
  return to - from >= SHORTEST_MS && to - from <= LONGEST_MS;
}

/** The same middle, `factor` times as long, within what can be shown. */
export function scaled({ from, to }: Span, factor: number): Span {
  const half = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, (to - from) * factor)) / 2;
  const middle = (from + to) / 2;
  return { from: Math.round(middle - half), to: Math.round(middle + half) };
}

/** Earlier (negative) or later by a part of its length. */
export function moved({ from, to }: Span, part: number): Span {
  const by = Math.round((to - from) * part);
  return { from: from + by, to: to + by };
}

const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400];
/** About one a pixel of a chart. */
const MOST_BUCKETS = 750;

/** Seconds of a bucket. A day is the longest that the backend gives. */
export function stepSeconds({ from, to }: Span): number {
  const seconds = (to - from) / 1000;
  return STEPS.find((step) => seconds / step <= MOST_BUCKETS) ?? 86_400;
}
