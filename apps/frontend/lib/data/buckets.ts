import type { Reading } from "./readings";
import { fieldsOf, finite, parseList, textOf, timeOf } from "./values";

/** The readings of a step of time, as the backend sums them up. */
export interface Bucket {
  readonly low: number;
  readonly mean: number;
  readonly high: number;
  readonly count: number;
}

/** By the start of the step, in milliseconds. Only steps that hold readings are there, and in no certain order. */
export type Buckets = ReadonlyMap<number, Bucket>;

export interface Series {
  readonly stepSeconds: number;

  /** How wide the widest sum is that older readings have become; 0 where all are made of readings. */
  readonly resolutionSeconds: number;
  readonly bySensor: ReadonlyMap<string, Buckets>;
}

export function parseSeries(input: unknown): Series | undefined {
  const fields = fieldsOf(input);
  const stepSeconds = finite(fields?.pas);
  if (stepSeconds === undefined || stepSeconds <= 0) return undefined;
  const resolutions = parseList(fields?.series, (one) => parseList(fieldsOf(one)?.tranches, parseResolution));
  const resolutionSeconds = resolutions.flat().reduce((widest, one) => Math.max(widest, one), 0);
  return { stepSeconds, resolutionSeconds, bySensor: new Map(parseList(fields?.series, parseOne)) };
}

const parseResolution = (input: unknown): number | undefined => finite(fieldsOf(input)?.resolution);

function parseOne(input: unknown): [string, Buckets] | undefined {
  const fields = fieldsOf(input);
  const sensor = textOf(fields?.capteur);
  return sensor === undefined ? undefined : [sensor, new Map(parseList(fields?.tranches, parseBucket))];
}

function parseBucket(input: unknown): [number, Bucket] | undefined {
  const fields = fieldsOf(input);
  const start = timeOf(fields?.debut);
  const [low, mean, high] = [finite(fields?.min), finite(fields?.moyenne), finite(fields?.max)];
  if (start === undefined || low === undefined || mean === undefined || high === undefined) return undefined;
  return [start, { low, mean, high, count: finite(fields?.nombre) ?? 1 }];
}

/** Puts single readings into the buckets they belong to; those of sensors that are not shown are left out. */
export function withPushed(series: Series, readings: readonly Reading[]): Series {
  const own = readings.filter(({ capteur }) => series.bySensor.has(capteur));
  if (own.length === 0) return series;
  const stepMs = series.stepSeconds * 1000;
  const next = new Map<string, Map<number, Bucket>>();
  for (const { capteur, valeur, at } of own) {
    const buckets = next.get(capteur) ?? new Map(series.bySensor.get(capteur));
    const start = Math.floor(at / stepMs) * stepMs;
    buckets.set(start, grown(buckets.get(start), valeur));
    next.set(capteur, buckets);
  }
  return { ...series, bySensor: new Map([...series.bySensor, ...next]) };
}

function grown(bucket: Bucket | undefined, value: number): Bucket {
  if (bucket === undefined) return { low: value, mean: value, high: value, count: 1 };
  const { low, mean, high, count } = bucket;
  return {
    low: Math.min(low, value),
    mean: mean + (value - mean) / (count + 1),
    high: Math.max(high, value),
    count: count + 1,
  };
}

/** Without what ended before `from`: an open page must not grow for days. */
export function since(series: Series, from: number): Series {
  const isShown = (start: number) => start + series.stepSeconds * 1000 > from;
  const kept = [...series.bySensor].map(
    ([sensor, buckets]) => [sensor, new Map([...buckets].filter(([start]) => isShown(start)))] as const,
  );
  return { ...series, bySensor: new Map(kept) };
}

export interface Extremes {
  readonly low: number;
  readonly high: number;
}

/** Lowest and highest reading. Undefined where there is none. */
export function extremesOf(buckets: Buckets): Extremes | undefined {
  if (buckets.size === 0) return undefined;
  let [low, high] = [Infinity, -Infinity];
  for (const bucket of buckets.values()) {
    low = Math.min(low, bucket.low);
    high = Math.max(high, bucket.high);
  }
  return { low, high };
}
