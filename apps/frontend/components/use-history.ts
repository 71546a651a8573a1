"use client";

import { useEffect, useState } from "react";
import { mergePoints, type Point, toPoint } from "@/lib/data/series";
import { useLoadTurn, useUi } from "./ui-context";

export interface History {
  /** Newest first. */
  readonly rows: readonly Point[];
  readonly hasOlder: boolean;
  readonly status: "loading" | "loaded" | "failed";
}

const PAGE = 50;
const NOTHING: History = { rows: [], hasOlder: false, status: "loading" };

/** The newest readings of a sensor, and a function that loads older ones below. */
export function useHistory(sensor: string): [History, () => void] {
  const { api, feed } = useUi();
  const [history, setHistory] = useState(NOTHING);
  const [length, setLength] = useState(PAGE);
  const turn = useLoadTurn();

  useEffect(() => {
    if (turn === undefined) return;
    let isCurrent = true;
    api
      .readings({ sensor, limit: PAGE })
      .then((readings) => isCurrent && setHistory((old) => withNewest(old, readings.map(toPoint))))
      .catch(() => isCurrent && setHistory((old) => ({ ...old, status: "failed" })));
    const unsubscribe = feed.onBatch((batch) => {
      const own = batch.filter((reading) => reading.capteur === sensor);
      if (own.length > 0) setHistory((old) => ({ ...old, rows: newestFirst(old.rows, own.map(toPoint)) }));
    });
    return () => {
      isCurrent = false;
      unsubscribe();
    };
  }, [api, feed, sensor, turn]);

  const loadOlder = () => {
    const oldest = history.rows.slice(0, length).at(-1);
    if (oldest === undefined) return;
    setLength(length + PAGE);
    api
      .readings({ sensor, limit: PAGE, to: oldest.at })
      .then((readings) => setHistory((old) => withPage(old.rows, readings.map(toPoint))))
      .catch(() => setHistory((old) => ({ ...old, status: "failed" })));
  };

  const hasMore = history.hasOlder || history.rows.length > length;
  return [{ ...history, rows: history.rows.slice(0, length), hasOlder: hasMore }, loadOlder];
}

/** Rows older than the newest page go: after an interruption there may be a hole between the two. */
function withNewest(old: History, page: readonly Point[]): History {
  const oldest = page.at(-1)?.at ?? -Infinity;
  return withPage(
    old.rows.filter((row) => row.at >= oldest),
    page,
  );
}

function withPage(rows: readonly Point[], page: readonly Point[]): History {
  return { rows: newestFirst(rows, page), hasOlder: page.length === PAGE, status: "loaded" };
}

// An open page must not grow for days: what is this far down is cut off.
const MOST_ROWS = 2_000;

function newestFirst(rows: readonly Point[], more: readonly Point[]): Point[] {
  return mergePoints(rows.toReversed(), more).reverse().slice(0, MOST_ROWS);
}
