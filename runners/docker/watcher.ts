import { setTimeout as delay } from "node:timers/promises";
import type { Report } from "../runner.ts";
import type { ContainerSpec, Stack } from "../stack.ts";
import type { Event } from "./event.ts";
import { lastLines } from "./last-lines.ts";
import { inspect, observe } from "./observe.ts";
import { ProbeResults } from "./probe-results.ts";
import { Prospects } from "./prospects.ts";
import { endOf, lastAnswer, memoryLimit } from "./reasons.ts";

/** A container that cannot become healthy any more. */
export interface Lost {
  readonly spec: ContainerSpec;

  /** As a person would say it: "ended with exit code 127, a program was not found". */
  readonly why: string;
}

/** The engine hears of memory and of an end in two ways, and may tell of memory later, even after the next start. */
const OOM_LIMIT_MS = 1000;

/** Of a process that was killed: most likely by the kernel for memory, where nobody asked for it. */
const KILLED = "137";

/** An end that nobody asked for. */
interface Crash {
  readonly exitCode: string;

  /** Of the engine's event. */
  readonly timeNano: number;
  oom: boolean;
}

/** Turns the events of a deployment into lines for people, and into a verdict on what cannot work. */
export class Watcher {
  /** Failures of containers that were not healthy, or done, since; by container. */
  readonly troubles = new Map<string, Lost>();

  readonly #jobs: ReadonlySet<string>;
  readonly #specs: ReadonlyMap<string, ContainerSpec>;
  readonly #stack: Stack;
  readonly #report: Report;
  readonly #onLost: (lost: Lost) => void;
  readonly #prospects: Prospects;
  readonly #probes = new ProbeResults();
  readonly #started = new Map<string, number>();

  /** How often each container has crashed: the first time is told in full, the rest of a crash loop in a line. */
  readonly #crashes = new Map<string, number>();

  /** Containers whose last words have been reported. */
  readonly #told = new Set<string>();

  /** The last message of a container's probe, so that it is told once. */
  readonly #answers = new Map<string, string>();

  /** Containers in which the kernel ended something for memory, for which their next end is told to be one for memory. */
  readonly #oom = new Set<string>();

  /** The last crash of each container. */
  readonly #crash = new Map<string, Crash>();

  /** Containers that somebody asked to stop: their end is no crash. */
  readonly #asked = new Set<string>();

  /** One after the other, so that lines about a container stay in order. */
  #work: Promise<void> = Promise.resolve();

  constructor(stack: Stack, report: Report, onLost: (lost: Lost) => void) {
    this.#stack = stack;
    this.#report = report;
    this.#onLost = onLost;
    this.#prospects = new Prospects(stack);
    this.#specs = new Map(stack.containers.map((spec) => [spec.name, spec]));
    this.#jobs = new Set(stack.containers.filter(({ job }) => job).map(({ name }) => name));
  }

  /** Resolves when everything that was taken has been told. */
  stop(): Promise<void> {
    this.#probes.stop();
    return this.#work;
  }

  take(event: Event): void {
    const { Action, id, time, timeNano, Actor } = event;
    const { name = id, exitCode = "" } = Actor.Attributes;
    const spec = this.#specs.get(name);
    if (Action === "start") {
      this.#started.set(id, time);
      if (this.#asked.delete(id)) this.#oom.delete(id);
      this.#prospects.started(name);
      this.#say(`${name}: started`);
      if (spec !== undefined) this.#probes.whenDue(spec, () => this.#then(() => this.#ask(spec, id)));
    } else if (Action === "health_status: healthy") {
      this.#prospects.healthy(name);
      this.#then(async () => void this.troubles.delete(name));
      const started = this.#started.get(id);
      this.#say(`${name}: healthy${started === undefined ? "" : ` after ${time - started} s`}`);
    } else if (Action === "health_status: unhealthy" && spec !== undefined) {
      this.#then(() => this.#turnedUnhealthy(spec, id));
    } else if (spec !== undefined && this.#probes.isFailure(event, spec)) {
      this.#then(() => this.#probeFailed(spec, id, event.timeNano));
    } else if (Action === "kill") {
      this.#asked.add(id);
    } else if (Action === "oom") {
      this.#ranOutOfMemory(id, timeNano);
      this.#say(`${name}: out of memory${spec === undefined ? "" : `: ${memoryLimit(spec)}`}`);
    } else if (Action === "die" && exitCode === "0" && this.#jobs.has(name)) {
      this.#say(`${name}: done`);
    } else if (Action === "die" && !this.#asked.has(id) && spec !== undefined) {
      const crash = { exitCode, timeNano, oom: this.#oom.delete(id) };
      this.#crash.set(id, crash);
      this.#then(() => this.#crashed(spec, id, crash));
    }
  }

  #say(line: string): void {
    this.#then(async () => this.#report(line));
  }

  #then(work: () => Promise<void>): void {
    // The command that works meanwhile meets the same trouble with the engine, and says so.
    this.#work = this.#work.then(work).catch(() => undefined);
  }

  #ranOutOfMemory(id: string, timeNano: number): void {
    const last = this.#crash.get(id);
    const isOf = last?.exitCode === KILLED && !last.oom && timeNano - last.timeNano < OOM_LIMIT_MS * 1e6;
    if (isOf) last.oom = true;
    else this.#oom.add(id);
  }

  async #crashed(spec: ContainerSpec, id: string, crash: Crash): Promise<void> {
    const times = (this.#crashes.get(id) ?? 0) + 1;
    this.#crashes.set(id, times);
    const [seen, lines] = await Promise.all([observe(this.#stack), this.#lastLines(id)]);
    const oom = seen.containers.get(spec.name)?.State.OOMKilled === true || (await wasOutOfMemory(crash));
    const why = `ended with ${endOf(crash.exitCode, spec, oom)}`;
    this.troubles.set(spec.name, { spec, why });
    this.#tell(`${spec.name}: ${why}${times === 1 ? "" : `; ${times} times now`}`, lines);
    if (!spec.job && this.#prospects.ended(spec.name, { exitCode: crash.exitCode, oom }, seen))
      this.#onLost({ spec, why: `${why}, ${times} times` });
  }

  async #turnedUnhealthy(spec: ContainerSpec, id: string): Promise<void> {
    const [state] = await inspect([id]);
    const answer = state === undefined ? undefined : lastAnswer(state);
    const what = ["unhealthy", answer].filter(Boolean).join(": ");
    this.troubles.set(spec.name, { spec, why: `is ${what}` });
    this.#tell(`${spec.name}: ${what}`, await this.#lastLines(id));
  }

  /** Says early what the probe of a container that is still starting answers: it may be all that is needed. */
  async #probeFailed(spec: ContainerSpec, id: string, timeNano: number): Promise<void> {
    const state = await this.#probes.noted(id, timeNano);
    const answer = state === undefined ? undefined : lastAnswer(state);
    if (state === undefined || answer === undefined) return;
    if (state.State.Health?.Status === "unhealthy") {
      if (this.#prospects.unhealthy(spec.name, await observe(this.#stack)))
        this.#onLost({ spec, why: `is unhealthy: ${answer}` });
    } else this.#tellAnswer(spec.name, id, answer);
  }

  async #ask(spec: ContainerSpec, id: string): Promise<void> {
    const answer = await this.#probes.ask(spec, id);
    if (answer !== undefined) this.#tellAnswer(spec.name, id, answer);
  }

  #tellAnswer(name: string, id: string, answer: string): void {
    if (this.#answers.get(id) === answer) return;
    this.#answers.set(id, answer);
    this.#report(`${name}: not healthy yet: ${answer}`);
  }

  /** The end of a log that was not told before; one that is still empty is asked for again. */
  async #lastLines(id: string): Promise<readonly string[]> {
    const lines = this.#told.has(id) ? [] : await lastLines(id);
    if (lines.length > 0) this.#told.add(id);
    return lines;
  }

  #tell(what: string, lines: readonly string[]): void {
    this.#report([what, ...lines.map((line) => `    ${line}`)].join("\n"));
  }
}

async function wasOutOfMemory(crash: Crash): Promise<boolean> {
  const deadline = Date.now() + OOM_LIMIT_MS;
  while (!crash.oom && crash.exitCode === KILLED && Date.now() < deadline) await delay(50);
  return crash.oom;
}
