import { LABEL } from "../../config/labels.ts";
import type { Report } from "../engine.ts";
import { run } from "../run.ts";
import type { Stack } from "../stack.ts";
import { remoteScheme } from "./remote.ts";

/** The part of `docker events` that the kit reads. */
interface Event {
  readonly Action: string;
  readonly id: string;
  readonly time: number;
  readonly Actor: { readonly Attributes: Readonly<Record<string, string>> };
}

const LOG_LINES = 8;

/**
 * Follows the engine's events of a deployment while something else works: says what starts and turns healthy, and
 * names a container that crashes or turns unhealthy within a second of it, with its exit code and last log lines.
 * Terraform's provider and compose both stay silent about that until their time limits.
 */
export function watch(stack: Stack, report: Report): { readonly stop: () => Promise<void> } {
  const controller = new AbortController();
  const watcher = new Watcher(stack, report);
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
  );
  return {
    async stop() {
      controller.abort();
      await Promise.all([events, ...watcher.pending]);
    },
  };
}

class Watcher {
  readonly pending: Promise<void>[] = [];
  readonly #jobs: ReadonlySet<string>;
  readonly #report: Report;
  readonly #started = new Map<string, number>();

  /** How often each container has crashed: the first time is told in full, the rest of a crash loop in a line. */
  readonly #crashes = new Map<string, number>();

  /** Containers whose last words have been reported. */
  readonly #told = new Set<string>();

  /** Containers that somebody asked to stop: their end is no crash. */
  readonly #asked = new Set<string>();

  constructor(stack: Stack, report: Report) {
    this.#report = report;
    this.#jobs = new Set(stack.containers.filter(({ job }) => job).map(({ name }) => name));
  }

  take({ Action, id, time, Actor }: Event): void {
    const { name = id, exitCode } = Actor.Attributes;
    if (Action === "start") {
      this.#started.set(id, time);
      this.#asked.delete(id);
      this.#report(`${name}: started`);
    } else if (Action === "health_status: healthy") {
      this.#report(`${name}: healthy after ${time - (this.#started.get(id) ?? time)} s`);
    } else if (Action === "health_status: unhealthy") {
      this.#name(`${name}: unhealthy`, id);
    } else if (Action === "kill") {
      this.#asked.add(id);
    } else if (Action === "oom") {
      this.#report(`${name}: out of memory`);
    } else if (Action === "die" && exitCode === "0" && this.#jobs.has(name)) {
      this.#report(`${name}: done`);
    } else if (Action === "die" && !this.#asked.has(id)) {
      this.#crashed(name, id, exitCode);
    }
  }

  #crashed(name: string, id: string, exitCode: string | undefined): void {
    const times = (this.#crashes.get(id) ?? 0) + 1;
    this.#crashes.set(id, times);
    const what = `${name}: ended with exit code ${exitCode}${times === 1 ? "" : ` again (${times} times)`}`;
    if (this.#told.has(id)) this.#report(what);
    else this.#name(what, id);
  }

  #name(what: string, id: string): void {
    this.pending.push(
      lastLines(id).then((lines) => {
        // A log that is still empty is asked for again at the next crash.
        if (lines.length > 0) this.#told.add(id);
        this.#report([what, ...lines.map((line) => `    ${line}`)].join("\n"));
      }),
    );
  }
}

/** The end of a container's log; empty when the container is gone. */
export async function lastLines(container: string): Promise<readonly string[]> {
  const { code, stdout, stderr } = await run(["docker", "logs", "--tail", String(LOG_LINES), container], {
    expected: [0, 1],
  });
  return code === 0 ? `${stdout}${stderr}`.split("\n").filter(Boolean).slice(-LOG_LINES) : [];
}
