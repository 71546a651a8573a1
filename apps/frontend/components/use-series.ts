"use client";

import { useCallback, useEffect, useState } from "react";
import type { Api } from "@/lib/data/api";
import { since, withPushed } from "@/lib/data/buckets";
import { type LoadedSeries, loadSeries } from "@/lib/data/load-series";
import { PERIODS, type Period, spanOf, stepSeconds } from "@/lib/data/periods";
import type { Reading } from "@/lib/data/readings";
import { useUi } from "./ui-context";
import { type LoadStatus, useLoad } from "./use-load";

export interface ShownSeries {
  readonly status: LoadStatus;
  readonly retry: () => void;
  /** Missing until it is loaded. */
  readonly data: LoadedSeries | undefined;
}

/**
 * The readings of sensors over a period, in buckets. Where the period ends now they are kept up by the socket, and
 * loaded again now and then: what reached the database on another way is then there too.
 *
 * @param sensorsKey the sensors' names as JSON: a list would be another one at each drawing
 */
export function useSeries(sensorsKey: string, period: Period): ShownSeries {
  const { feed } = useUi();
  const load = useCallback(
    async (api: Api) => {
      const meanwhile: Reading[] = [];
      const stop = feed.onBatch((batch) => meanwhile.push(...batch));
      try {
        const now = Date.now() + feed.getState().clockOffsetMs;
        const series = await loadSeries(api, JSON.parse(sensorsKey) as string[], spanOf(period, now));
        return grown(series, typeof period === "string" ? meanwhile : []);
      } finally {
        stop();
      }
    },
    [feed, sensorsKey, period],
  );
  const { status, data: loaded, retry } = useLoad(load, againMs(period));
  const [data, setData] = useState<LoadedSeries>();

  useEffect(() => {
    setData(loaded);
    if (typeof period !== "string") return;
    const first = () => Date.now() + feed.getState().clockOffsetMs - PERIODS[period] * 1000;
    return feed.onBatch((batch) => setData((old) => old && grown(old, batch, first())));
  }, [feed, loaded, period]);

  return { status, retry, data };
}

function grown(series: LoadedSeries, readings: readonly Reading[], from = -Infinity): LoadedSeries {
  const next = withPushed(series, readings);
  return next === series ? series : { ...since(next, from), isCutOff: series.isCutOff };
}

/** A minute, or a bucket where that is longer. A period that lies in the past stays as it is. */
function againMs(period: Period): number | undefined {
  if (typeof period !== "string") return undefined;
  return Math.max(60, stepSeconds(spanOf(period, 0))) * 1000;
}
