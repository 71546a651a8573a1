import { setTimeout as delay } from "node:timers/promises";
import { seconds } from "../settings/durations.ts";
import type { ContainerSpec } from "../stack.ts";
import type { Event } from "./event.ts";
import { execIn } from "./exec.ts";
import { type ContainerState, inspect } from "./observe.ts";
import { lastLineOf } from "./reasons.ts";

/** The engine asks first an interval after the start; a longer one than this is not waited for. */
const ASK_AFTER_MS = 3000;

/** The result that the engine writes down a moment after it says that a probe has ended. */
const NOTED_WITHIN_MS = 2000;

const ANY_CODE = Array.from({ length: 256 }, (_, code) => code);

/** Tells the probes of the engine from everything else that is run in a container. */
export class ProbeResults {
  readonly #probes = new Set<string>();

  /** Containers that the kit itself asks just now. */
  readonly #asking = new Set<string>();

  readonly #timers = new Set<NodeJS.Timeout>();

  /** Whether the event is the end of a failed probe of this container. */
  isFailure({ Action, id, Actor }: Event, spec: ContainerSpec): boolean {
    const { execID = "", exitCode } = Actor.Attributes;
    if (Action === `exec_create: ${commandOf(spec).join(" ")}` && !this.#asking.delete(id))
      this.#probes.add(execID);
    return Action === "exec_die" && this.#probes.delete(execID) && exitCode !== "0";
  }

  /** The container once the probe that ended at this time is written down; undefined if it is gone. */
  async noted(id: string, timeNano: number): Promise<ContainerState | undefined> {
    const deadline = Date.now() + NOTED_WITHIN_MS;
    for (;;) {
      const [state] = await inspect([id]);
      const end = Date.parse(state?.State?.Health?.Log?.at(-1)?.End ?? "");
      // Both times are the engine's own; the events' is a little earlier or later than the one written down.
      if (state === undefined || Math.abs(end - timeNano / 1e6) < 500) return state;
      if (Date.now() > deadline) return undefined;
      await delay(50);
    }
  }

  /** Calls `due` when it is time to ask in place of the engine, whose own first probe is far off. */
  whenDue(spec: ContainerSpec, due: () => void): void {
    if (seconds(spec.block.healthcheck?.interval) * 1000 <= ASK_AFTER_MS) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      due();
    }, ASK_AFTER_MS);
    this.#timers.add(timer);
  }

  stop(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }

  /** The answer of the probe of a container that is still starting, if it is a no. */
  async ask(spec: ContainerSpec, id: string): Promise<string | undefined> {
    const [before] = await inspect([id]);
    if (before?.State.Health?.Status !== "starting") return undefined;
    this.#asking.add(id);
    const { code, stdout, stderr } = await execIn(id, commandOf(spec), {
      expected: ANY_CODE,
    });
    const [after] = await inspect([id]);
    // A container that ended meanwhile has no answer; its end is told in another place.
    if (code === 0 || after?.State.StartedAt !== before.State.StartedAt || !after.State.Running)
      return undefined;
    return lastLineOf(`${stdout}\n${stderr}`, code);
  }
}

const commandOf = ({ block }: ContainerSpec): readonly string[] => block.healthcheck?.test.slice(1) ?? [];
