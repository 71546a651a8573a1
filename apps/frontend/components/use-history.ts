"use client";

import { useCallback, useEffect, useState } from "react";
import type { Api } from "@/lib/data/api";
import { mergePoints, type Point, toPoint } from "@/lib/data/points";
import { useUi } from "./ui-context";
import { failureOf, type LoadStatus, useLoad } from "./use-load";

export interface History {
  /** Newest first. */
  readonly rows: readonly Point[];
  readonly hasOlder: boolean;
  readonly status: LoadStatus;
  readonly retry: () => void;
  readonly loadOlder: () => void;
}

const PAGE = 50;

/** The newest readings of a sensor, kept up by the socket; older ones come below when they are asked for. */
export function useHistory(sensor: string): History {
  const { api, feed } = useUi();
  const [rows, setRows] = useState<readonly Point[]>([]);
  const [hasOlder, setHasOlder] = useState(false);
  const [length, setLength] = useState(PAGE);
  const [older, setOlder] = useState<LoadStatus>("loaded");
  const load = useCallback((one: Api) => one.readings({ sensor, limit: PAGE }), [sensor]);
  const newest = useLoad(load);

  useEffect(() => {
    if (newest.data === undefined) return;
    const page = newest.data.map(toPoint);
    const oldest = page.at(-1)?.at ?? -Infinity;
    // Rows older than the newest page go: after an interruption there may be a hole between the two.
    setRows((old) =>
      newestFirst(
        old.filter((row) => row.at >= oldest),
        page,
      ),
    );
    setHasOlder(page.length === PAGE);
  }, [newest.data]);

  useEffect(
    () =>
      feed.onBatch((batch) => {
        const own = batch.filter((reading) => reading.capteur === sensor);
        if (own.length > 0) setRows((old) => newestFirst(old, own.map(toPoint)));
      }),
    [feed, sensor],
  );

  const loadOlder = async () => {
    const oldest = rows.slice(0, length).at(-1);
    if (oldest === undefined) return;
    setOlder("loading");
    try {
      const page = await api.readings({ sensor, limit: PAGE, to: oldest.at });
      setLength(length + PAGE);
      setRows((old) => newestFirst(old, page.map(toPoint)));
      setHasOlder(page.length === PAGE);
      setOlder("loaded");
    } catch (error) {
      setOlder(failureOf(error));
    }
  };

  const isOlderAtFault = newest.status === "loaded" && older !== "loaded";
  return {
    rows: rows.slice(0, length),
    hasOlder: hasOlder || rows.length > length,
    status: isOlderAtFault ? older : newest.status,
    retry: isOlderAtFault ? () => void loadOlder() : newest.retry,
    loadOlder: () => void loadOlder(),
  };
}

// An open page must not grow for days: what is this far down is cut off.
const MOST_ROWS = 2_000;

function newestFirst(rows: readonly Point[], more: readonly Point[]): Point[] {
  return mergePoints(rows.toReversed(), more.toReversed()).reverse().slice(0, MOST_ROWS);
}
