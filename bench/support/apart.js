import { cpus } from "node:os";
import { run } from "./process.js";

/**
 * Attackers have cores of their own, as if they were on another machine: by priority alone they would not give way while the
 * kernel works for them, which is most of a flood. The first core is for those that are measured, of which the clients take it
 * from the broker at once (SCHED_FIFO): a message waits for what the broker does, and not for a processor.
 */
const last = cpus().length - 1;
export const ATTACKER = ["taskset", "--cpu-list", `1-${last}`, "chrt", "--idle", "0"];

/**
 * Puts this process, which holds the clients, and the broker on the first core. Needs root.
 *
 * @param {string} broker process id
 * @returns what undoes it for this process
 */
export async function measuredApart(broker) {
  if (last === 0) throw new Error("this machine has one core: attackers need one of their own");
  const own = String(process.pid);
  for (const pid of [own, broker]) await run(["taskset", "--all-tasks", "--cpu-list", "--pid", "0", pid]);
  await run(["chrt", "--all-tasks", "--reset-on-fork", "--fifo", "--pid", "1", own]);
  return async () => {
    await run(["chrt", "--all-tasks", "--other", "--pid", "0", own]);
    await run(["taskset", "--all-tasks", "--cpu-list", "--pid", `0-${last}`, own]);
  };
}
