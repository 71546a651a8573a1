export type RangeName = "hour" | "day" | "week";

export interface Range {
  readonly seconds: number;
  /** Distance between samples where the range holds more readings than one answer may carry. */
  readonly sampleSeconds: number;
}

export const RANGES: Readonly<Record<RangeName, Range>> = {
  hour: { seconds: 3_600, sampleSeconds: 90 },
  day: { seconds: 86_400, sampleSeconds: 1_800 },
  week: { seconds: 604_800, sampleSeconds: 14_400 },
};

export const RANGE_NAMES = Object.keys(RANGES) as RangeName[];

export interface Slice {
  readonly from: number;
  readonly to: number;
}

/**
 * Slices of [from, to), in milliseconds, on multiples of the sample distance: their answers stay valid from one
 * load to the next and can be kept. The newest slice comes first and ends where the complete readings begin.
 */
export function slices(from: number, to: number, sampleSeconds: number): Slice[] {
  const step = sampleSeconds * 1000;
  const found: Slice[] = [];
  for (let end = Math.floor(to / step) * step; end > from; end -= step) {
    found.push({ from: Math.max(from, end - step), to: end });
  }
  return found;
}
