"use client";

import { createContext, useContext, useSyncExternalStore } from "react";
import type { Api } from "@/lib/data/api";
import { type Feed, type FeedState, INITIAL_STATE } from "@/lib/live/feed";
import { type Health, healthOf } from "@/lib/live/health";
import type { Texts } from "@/lib/text/english";
import type { Format } from "@/lib/text/format";

export interface Ui {
  readonly texts: Texts;
  readonly format: Format;
  readonly api: Api;
  readonly feed: Feed;
  /** The page's own server's time of silence. @default - as the backend says */
  readonly silentAfterSeconds: number | undefined;
}

export const UiContext = createContext<Ui | undefined>(undefined);

export function useUi(): Ui {
  const ui = useContext(UiContext);
  if (ui === undefined) throw new Error("this component needs a UiContext above it");
  return ui;
}

/**
 * A part of the feed's state; drawn again only when that part changes, which matters with hundreds of sensors.
 *
 * @param select must give the same object for the same state
 */
export function useFeed<T>(select: (state: FeedState) => T): T {
  const { feed } = useUi();
  return useSyncExternalStore(
    feed.subscribe,
    () => select(feed.getState()),
    () => select(INITIAL_STATE),
  );
}

export function useHealth(): Health {
  return useFeed(({ connection, chain }) => healthOf(connection, chain));
}

/**
 * When stored readings are due to be loaded: not before the first attempt to connect has ended, so that a reading
 * between the load and the socket is not missed, and again after each interruption. Undefined means "not yet".
 */
export function useLoadTurn(): number | undefined {
  return useFeed(({ connection, openings }) => (connection.state === "connecting" ? undefined : openings));
}
