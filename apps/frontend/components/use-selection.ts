"use client";

import { useEffect, useState } from "react";
import { RANGE_NAMES, type RangeName } from "@/lib/data/ranges";

export interface Selection {
  /** @default - the first sensor of the list */
  readonly sensor?: string;
  readonly range: RangeName;
}

/** What is shown stays in the address, so that a reload or a shared link shows the same. */
export function useSelection(): [Selection, (change: Partial<Selection>) => void] {
  const [selection, setSelection] = useState<Selection>({ range: "hour" });
  // The server does not read the query, so the first render in the browser must not either.
  useEffect(() => setSelection(fromAddress(window.location.search)), []);
  const change = (part: Partial<Selection>) => {
    const next = { ...selection, ...part };
    setSelection(next);
    window.history.replaceState(null, "", toAddress(next));
  };
  return [selection, change];
}

function fromAddress(search: string): Selection {
  const query = new URLSearchParams(search);
  const range = RANGE_NAMES.find((name) => name === query.get("range")) ?? "hour";
  const sensor = query.get("sensor");
  return sensor === null || sensor === "" ? { range } : { range, sensor };
}

function toAddress({ sensor, range }: Selection): string {
  return `?${new URLSearchParams({ ...(sensor === undefined ? {} : { sensor }), range })}`;
}
