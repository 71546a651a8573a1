"use client";

import { useEffect, useState } from "react";
import { RANGES, type RangeName } from "@/lib/data/ranges";
import { mergePoints, type Point, since, thin, toPoint } from "@/lib/data/series";
import { useLoadTurn, useUi } from "./ui-context";

export interface Series {
  readonly points: readonly Point[];
  readonly isSampled: boolean;
  readonly status: "loading" | "loaded" | "failed";
}

const NOTHING: Series = { points: [], isSampled: false, status: "loading" };

// More points than pixels. Thinning leaves two points a bucket, and waits until there are half as many again.
const BUCKETS = 2_000;

/** The readings of a sensor over a range: loaded once and after each interruption, then kept up by the socket. */
export function useSeries(sensor: string, rangeName: RangeName): Series {
  const { feed, series: loader } = useUi();
  const [series, setSeries] = useState(NOTHING);
  const turn = useLoadTurn();

  useEffect(() => {
    if (turn === undefined) return;
    const range = RANGES[rangeName];
    const add = (points: readonly Point[], change: Partial<Series> = {}) =>
      setSeries((old) => ({
        ...old,
        ...change,
        points: bounded(mergePoints(old.points, points), range.seconds),
      }));
    let isCurrent = true;
    loader
      .load(sensor, range, Date.now() + feed.getState().clockOffsetMs)
      .then(({ points, isSampled }) => isCurrent && add(points, { isSampled, status: "loaded" }))
      .catch(() => isCurrent && setSeries((old) => ({ ...old, status: "failed" })));
    const unsubscribe = feed.onBatch((batch) => {
      const own = batch.filter((reading) => reading.capteur === sensor);
      if (own.length > 0) add(own.map(toPoint));
    });
    return () => {
      isCurrent = false;
      unsubscribe();
    };
  }, [feed, loader, sensor, rangeName, turn]);

  return series;
}

function bounded(points: readonly Point[], rangeSeconds: number): readonly Point[] {
  const newest = points.at(-1)?.at ?? 0;
  const inRange = since(points, newest - rangeSeconds * 1000);
  return inRange.length > BUCKETS * 3 ? thin(inRange, (rangeSeconds * 1000) / BUCKETS) : inRange;
}
