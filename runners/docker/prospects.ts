import type { ContainerSpec, Stack } from "../stack.ts";
import type { Observation } from "./observe.ts";

/** Exit codes of a shell, and of the engine's init, for a program that is not there or cannot be run. */
const CANNOT_RUN: readonly string[] = ["126", "127"];

/** After so many ends a failure is sure to come again: the image does not change, nor does the limit. */
const FATAL_ENDS = 2;

/** Ends, or failed probes of an unhealthy container, while there was nothing left to wait for. */
const ENDS = 3;
const PROBES = 2;

/**
 * Tells which containers cannot become healthy any more, from how often they failed. A container may fail because it
 * needs another one that is still starting; so what it does counts only while all others are settled, and only when it
 * happens again: the first failure may have begun before that.
 */
export class Prospects {
  readonly #stack: Stack;
  readonly #strikes = new Map<string, number>();
  readonly #fatalEnds = new Map<string, number>();

  /** Those that were started and have not been healthy since. */
  readonly #starting = new Set<string>();

  constructor(stack: Stack) {
    this.#stack = stack;
  }

  started(name: string): void {
    this.#starting.add(name);
  }

  /** It is healthy: nothing that was before counts. */
  healthy(name: string): void {
    this.#starting.delete(name);
    this.#strikes.delete(name);
    this.#fatalEnds.delete(name);
  }

  /** Takes note that a container ended with an error, and says whether it is lost. */
  ended(name: string, end: { readonly exitCode: string; readonly oom: boolean }, seen: Observation): boolean {
    const fatal = end.oom || CANNOT_RUN.includes(end.exitCode);
    if (fatal) this.#fatalEnds.set(name, (this.#fatalEnds.get(name) ?? 0) + 1);
    const strikes = this.#strike(name, seen);
    return (this.#fatalEnds.get(name) ?? 0) >= FATAL_ENDS || strikes >= ENDS;
  }

  /**
   * Takes note that a probe of an unhealthy container failed, and says whether the container is lost. One that has been
   * healthy lost something that it needs while that was replaced, and gets all its retries to find it again.
   */
  unhealthy(name: string, seen: Observation): boolean {
    const most = this.#starting.has(name) ? PROBES : Math.max(PROBES, this.#retries(name));
    return this.#strike(name, seen) >= most;
  }

  #retries(name: string): number {
    return this.#stack.containers.find((spec) => spec.name === name)?.block.healthcheck?.retries ?? 0;
  }

  #strike(name: string, seen: Observation): number {
    const failing = new Set([...this.#strikes.keys(), name]);
    const strikes = this.#isLeftAlone(failing, seen) ? (this.#strikes.get(name) ?? 0) + 1 : 0;
    this.#strikes.set(name, strikes);
    return strikes;
  }

  /** Whether nothing is on its way that the failing containers could be waiting for. */
  #isLeftAlone(failing: ReadonlySet<string>, seen: Observation): boolean {
    return this.#stack.containers
      .filter(({ name }) => !failing.has(name))
      .filter((spec) => !this.#waitsFor(spec, failing))
      .every((spec) => isSettled(spec, seen));
  }

  #waitsFor({ dependsOn }: ContainerSpec, names: ReadonlySet<string>): boolean {
    return dependsOn.some((name) => {
      const other = this.#stack.containers.find((container) => container.name === name);
      return names.has(name) || (other !== undefined && this.#waitsFor(other, names));
    });
  }
}

function isSettled({ name, job }: ContainerSpec, { containers }: Observation): boolean {
  const state = containers.get(name)?.State;
  if (state === undefined) return false;
  return job ? !state.Running && state.ExitCode === 0 : state.Running && state.Health?.Status === "healthy";
}
