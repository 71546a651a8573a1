"use client";

import { useEffect, useRef, useState } from "react";
import { type Api, ApiError } from "@/lib/data/api";
import { backOffMs } from "@/lib/live/back-off";
import { useLoadTurn, useUi } from "./ui-context";

/** `absent`: this backend has no such answer; `slow`: still waiting, for longer than a person expects. */
export type LoadStatus = "loading" | "slow" | "loaded" | "refused" | "absent" | "failed";

export interface Loaded<T> {
  readonly status: LoadStatus;
  /** The last answer, also while it is being loaded again. */
  readonly data: T | undefined;
  readonly retry: () => void;
}

const SLOW_MS = 3_000;

/**
 * Loads at the start, again after each interruption, by itself after a failure, each time later, and when a person asks.
 *
 * @param load loads again when it becomes another function; its calls are broken off when nobody waits for them
 * @param everyMs between two loads. @default - only after an interruption
 */
export function useLoad<T>(load: (api: Api) => Promise<T>, everyMs?: number): Loaded<T> {
  const { api } = useUi();
  const turn = useLoadTurn();
  const [attempt, setAttempt] = useState(0);
  const failures = useRef(0);
  const [state, setState] = useState<{
    status: LoadStatus;
    data: T | undefined;
    of?: (api: Api) => Promise<T>;
  }>({
    status: "loading",
    data: undefined,
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new attempt changes nothing but that it is made
  useEffect(() => {
    if (turn === undefined) return;
    const ending = new AbortController();
    const timers: ReturnType<typeof setTimeout>[] = [];
    const later = (action: () => void, ms: number) => timers.push(setTimeout(action, ms));
    const again = () => setAttempt((count) => count + 1);
    // A reload in the background leaves what is shown as it is.
    setState((old) => (old.status === "loaded" && old.of === load ? old : { ...old, status: "loading" }));
    later(() => setState((old) => (old.status === "loading" ? { ...old, status: "slow" } : old)), SLOW_MS);
    load(api.until(ending.signal)).then(
      (data) => {
        if (ending.signal.aborted) return;
        failures.current = 0;
        setState({ status: "loaded", data, of: load });
        if (everyMs !== undefined) later(again, everyMs);
      },
      (error: unknown) => {
        if (ending.signal.aborted) return;
        const status = failureOf(error);
        setState((old) => ({ ...old, status }));
        // A thing that is not there, or not allowed, does not change by asking.
        failures.current += 1;
        if (status === "failed") later(again, backOffMs(failures.current, Math.random));
      },
    );
    return () => {
      ending.abort();
      timers.forEach(clearTimeout);
    };
  }, [api, load, turn, attempt, everyMs]);

  return { status: state.status, data: state.data, retry: () => setAttempt((count) => count + 1) };
}

export function failureOf(error: unknown): "refused" | "absent" | "failed" {
  const status = error instanceof ApiError ? error.status : undefined;
  if (status === 401 || status === 403) return "refused";
  return status === 404 ? "absent" : "failed";
}
