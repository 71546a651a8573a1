import { fieldsOf, finite, parseList, textOf } from "./values";

/** Means of the last hour, one a step; undefined where nothing was measured. */
export type Sparkline = readonly (number | undefined)[];

export function parseOverview(input: unknown): ReadonlyMap<string, Sparkline> {
  return new Map(parseList(input, parseEntry));
}

function parseEntry(input: unknown): [string, Sparkline] | undefined {
  const fields = fieldsOf(input);
  const name = textOf(fields?.capteur);
  if (name === undefined || !Array.isArray(fields?.points)) return undefined;
  return [name, fields.points.map(finite)];
}

/** How many steps without a value are no gap for a sensor. @param intervalSeconds undefined where it is not known */
export function stepsBridged(points: Sparkline, intervalSeconds: number | undefined): number {
  return intervalSeconds === undefined ? 2 : Math.ceil((3 * intervalSeconds * points.length) / SPARK_SECONDS);
}

/** The backend gives the last hour where it is not asked for more. */
const SPARK_SECONDS = 3_600;

/**
 * The commands of an SVG path in a box of `width` by `height`.
 *
 * @param bridged steps without a value over which the line goes on; it breaks where there are more
 */
export function sparkPath(points: Sparkline, width: number, height: number, bridged: number): string {
  const known = points.flatMap((value, index) => (value === undefined ? [] : [{ value, index }]));
  const values = known.map(({ value }) => value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const x = (index: number) => (points.length < 2 ? 0 : (index / (points.length - 1)) * width);
  // All equal: a line in the middle.
  const y = (value: number) => (high === low ? height / 2 : height - ((value - low) / (high - low)) * height);
  const isJoined = (one: number | undefined, other: number | undefined) =>
    one !== undefined && other !== undefined && other - one - 1 <= bridged;
  return known
    .map(({ value, index }, place) => {
      const at = `${round(x(index))} ${round(y(value))}`;
      if (isJoined(known[place - 1]?.index, index)) return `L${at}`;
      // Alone between two gaps: a round line cap makes a point of a line without length.
      return isJoined(index, known[place + 1]?.index) ? `M${at}` : `M${at}h0`;
    })
    .join("");
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
