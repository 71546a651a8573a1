"use client";

import { createContext, useContext, useEffect, useState, useSyncExternalStore } from "react";
import type { Api } from "@/lib/data/api";
import type { SeriesLoader } from "@/lib/data/load-series";
import { type Feed, type FeedState, INITIAL_STATE } from "@/lib/live/feed";
import type { Texts } from "@/lib/text/english";
import type { Format } from "@/lib/text/format";

export interface Ui {
  readonly texts: Texts;
  readonly format: Format;
  readonly api: Api;
  readonly feed: Feed;
  readonly series: SeriesLoader;
  readonly silentAfterSeconds: number;
  /** Where the messages that were not stored are listed. */
  readonly rejectsPath: string;
}

export const UiContext = createContext<Ui | undefined>(undefined);

export function useUi(): Ui {
  const ui = useContext(UiContext);
  if (ui === undefined) throw new Error("this component needs a UiContext above it");
  return ui;
}

export function useFeedState(): FeedState {
  const { feed } = useUi();
  return useSyncExternalStore(feed.subscribe, feed.getState, () => INITIAL_STATE);
}

/**
 * When stored readings are due to be loaded: not before the first attempt to connect has ended, so that a reading
 * between the load and the socket is not missed, and again after each interruption. Undefined means "not yet".
 */
export function useLoadTurn(): number | undefined {
  const { connection, openings } = useFeedState();
  return connection.state === "connecting" ? undefined : openings;
}

/** The time of this device, ticking. Zero until the page runs in a browser, where ages are not shown yet. */
export function useNow(everyMs = 1_000): number {
  const [now, setNow] = useState(0);
  useEffect(() => {
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}
