import { setTimeout as delay } from "node:timers/promises";
import { observe } from "../docker/observe.ts";
import type { RunnerContext } from "../runner.ts";
import { failure } from "./failure.ts";
import { readOwned } from "./state.ts";
import { terraform } from "./terraform.ts";

const POLL_MS = 500;

/**
 * Keeps containers whose start was not waited for to its end: an `up` was interrupted, or gave up because of another
 * one. Terraform marks them as tainted and would make them again, so that a slow start began from nothing each time.
 * A container that has drifted is removed by now, so the others start or work. They are waited for here: Terraform does not wait
 * for a container that is there, and would start what needs it too early.
 */
export async function keepStarted(context: RunnerContext): Promise<void> {
  const { stack, home, report, signal } = context;
  const { tainted } = await readOwned(stack, home);
  const kept = stack.containers.filter(({ name, job }) => !job && tainted.has(name));
  for (const { name } of kept) {
    const address = tainted.get(name) as string;
    const { code, stdout, stderr } = await terraform(
      stack,
      ["untaint", address],
      signal === undefined ? {} : { signal },
    );
    if (code !== 0) throw failure(stack, "untaint", stdout, stderr);
  }
  const seconds = Math.max(0, ...kept.map(({ block }) => block.wait_timeout ?? 0));
  const deadline = Date.now() + seconds * 1000;
  for (let told = false; kept.length > 0 && Date.now() < deadline; told = true) {
    const { containers } = await observe(stack);
    const starting = kept.filter(({ name }) => containers.get(name)?.State.Health?.Status === "starting");
    if (starting.length === 0) return;
    if (!told) for (const { name } of starting) report(`${name}: is still starting, and is kept`);
    await delay(POLL_MS, undefined, signal === undefined ? {} : { signal });
  }
}
