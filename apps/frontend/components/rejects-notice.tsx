"use client";

import { useEffect, useState } from "react";
import type { Rejects } from "@/lib/data/readings";
import { fill } from "@/lib/text/texts";
import { useLoadTurn, useUi } from "./ui-context";

const AGAIN_MS = 60_000;

/** Says that messages of devices were not stored: their sensors are silent here, and nothing else tells why. */
export function RejectsNotice() {
  const { texts, format, api, rejectsPath } = useUi();
  const [rejects, setRejects] = useState<Rejects>();
  const turn = useLoadTurn();
  useEffect(() => {
    if (turn === undefined) return;
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isCurrent = true;
    const load = async () => {
      try {
        const state = await api.rejects();
        if (!isCurrent) return;
        setRejects(state);
        timer = setTimeout(load, AGAIN_MS);
      } catch {
        // A backend of another make may not have it: asked again after the next connection.
      }
    };
    void load();
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [api, turn]);
  if (rejects === undefined) return null;
  const values = { count: rejects.count, time: format.dateTime(rejects.last), path: rejectsPath };
  return (
    <p className="quiet" data-testid="rejects">
      {fill(texts.rejects, values)}
    </p>
  );
}
