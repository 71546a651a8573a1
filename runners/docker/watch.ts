import { LABEL } from "../../core/labels.ts";
import { run } from "../run.ts";
import type { Report } from "../runner.ts";
import type { Stack } from "../stack.ts";
import { EngineError } from "./engine-errors.ts";
import type { Event } from "./event.ts";
import { remoteScheme } from "./remote.ts";
import { type Lost, Watcher } from "./watcher.ts";

export interface Watch {
  /** Ends it, and returns what failed and was not healthy since. */
  readonly stop: () => Promise<readonly Lost[]>;
}

/**
 * Follows the engine's events of a deployment while something else works: says what starts and turns healthy, names a
 * container that fails within a second of it, with the reason, and calls `onLost` when one cannot become healthy any
 * more. Terraform's provider and compose both stay silent about that until their time limits.
 */
export function watch(stack: Stack, report: Report, onLost: (lost: Lost) => void): Watch {
  const controller = new AbortController();
  const watcher = new Watcher(stack, report, onLost);
  const events = run(
    [
      "docker",
      "events",
      // The stream takes a moment to open: what happens until then is sent after all. Another machine's clock may
      // differ, and would have old events sent, so there the moment is lost.
      ...(remoteScheme() === undefined ? ["--since", (Date.now() / 1000).toFixed(3)] : []),
      "--filter",
      "type=container",
      "--filter",
      `label=${LABEL.deployment}=${stack.name}`,
      "--format",
      "{{json .}}",
    ],
    {
      signal: controller.signal,
      ownGroup: true,
      expected: [0, 1, 128, 130, 143],
      onLine: (line) => {
        // Complaints of the client come on the same lines; the command that works meanwhile meets the same trouble.
        if (line.startsWith("{")) watcher.take(JSON.parse(line) as Event);
      },
    },
  ).catch((error: unknown) => {
    if (!(error instanceof EngineError)) throw error;
  });
  return {
    async stop() {
      // The events that explain an end may still be on their way.
      await watcher.stop();
      controller.abort();
      await Promise.all([events, watcher.stop()]);
      return [...watcher.troubles.values()];
    },
  };
}
