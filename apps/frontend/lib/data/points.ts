import type { Reading } from "./readings";

export interface Point {
  readonly at: number;
  readonly value: number;
}

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
