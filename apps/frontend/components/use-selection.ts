"use client";

import { useEffect, useState } from "react";
import { isShowable, PERIOD_NAMES, type Period, type Span } from "@/lib/data/periods";

/** How many sensors the chart shows at once; the backend gives as many in one answer. */
export const MOST_COMPARED = 4;

export interface Selection {
  /** @default - the first sensor of the list */
  readonly sensor?: string;
  /** Sensors in the same chart, next to `sensor`. */
  readonly others: readonly string[];
  readonly period: Period;
}

export interface Selecting {
  readonly selection: Selection;
  readonly select: (change: Partial<Selection>) => void;
  /** A part of what is shown, from which `zoomBack` leads back. */
  readonly zoom: (span: Span) => void;
  readonly zoomBack: () => void;
}

const START: Selection = { others: [], period: "hour" };

/** The selection stays in the address, so that a reload or a shared link shows the same. */
export function useSelection(): Selecting {
  const [selection, setSelection] = useState(START);
  const [earlier, setEarlier] = useState<readonly Period[]>([]);
  // The server does not read the query, so the first render in the browser must not either.
  useEffect(() => setSelection(fromAddress(window.location.search)), []);
  const show = (next: Selection) => {
    setSelection(next);
    window.history.replaceState(null, "", toAddress(next));
  };
  return {
    selection,
    select: (change) => {
      if (change.period !== undefined) setEarlier([]);
      show({ ...selection, ...change });
    },
    zoom: (period) => {
      if (!isShowable(period)) return;
      setEarlier([...earlier, selection.period]);
      show({ ...selection, period });
    },
    zoomBack: () => {
      setEarlier(earlier.slice(0, -1));
      // A link may show a part without having come from anywhere.
      show({ ...selection, period: earlier.at(-1) ?? START.period });
    },
  };
}

export function fromAddress(search: string): Selection {
  const query = new URLSearchParams(search);
  const sensor = query.get("sensor") ?? "";
  const others = [...new Set(query.getAll("with"))].filter((name) => name !== "" && name !== sensor);
  return {
    ...(sensor === "" ? {} : { sensor }),
    others: others.slice(0, MOST_COMPARED - 1),
    period: periodIn(query),
  };
}

function periodIn(query: URLSearchParams): Period {
  const span = { from: Date.parse(query.get("from") ?? ""), to: Date.parse(query.get("to") ?? "") };
  if (isShowable(span)) return span;
  return PERIOD_NAMES.find((name) => name === query.get("range")) ?? START.period;
}

export function toAddress({ sensor, others, period }: Selection): string {
  const query = new URLSearchParams(sensor === undefined ? {} : { sensor });
  for (const other of others) query.append("with", other);
  if (typeof period === "string") query.set("range", period);
  else {
    query.set("from", new Date(period.from).toISOString());
    query.set("to", new Date(period.to).toISOString());
  }
  return `?${query}`;
}
