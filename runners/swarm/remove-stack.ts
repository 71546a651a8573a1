import { setTimeout as delay } from "node:timers/promises";
import { UserError } from "../../core/errors.ts";
import { composeProject } from "../../core/labels.ts";
import { eachFromEngine } from "../docker/engine-api.ts";
import { run } from "../run.ts";
import type { RunnerContext } from "../runner.ts";
import { refuseStrangersOnSwarm } from "./impostors.ts";
import { observeSwarm } from "./observe-swarm.ts";
import { destroy, forgetBooks } from "./terraform.ts";

/** How long the longest grace of a service may be, and the swarm's own work after it. */
const LIMIT_MS = 180_000;
const PAUSE_MS = 500;

/**
 * Removes the services, networks, secrets and configs of a deployment from its swarm, and waits until every task has ended.
 * Volumes are on the disk of their node, and stay. Terraform goes first with what it made, to keep its own books.
 *
 * @returns how many services there were
 * @throws UserError that names services of others on its networks, or if tasks have not ended after the longest time that any has
 */
export async function removeStack({ stack, home, report }: RunnerContext): Promise<number> {
  const deployment = stack.name;
  await refuseStrangersOnSwarm(deployment);
  const before = await observeSwarm(deployment);
  await destroy({ stack, home, report });
  const project = composeProject(deployment);
  report(`removing the stack ${project} from the swarm`);
  await run(["docker", "stack", "rm", project]);
  for (const end = Date.now() + LIMIT_MS; Date.now() < end; ) {
    // A swarm forgets a task when its container is gone.
    const left = await eachFromEngine(before?.tasks ?? [], (id) => `/tasks/${id}`);
    if (left.length === 0) {
      forgetBooks(home);
      return before?.services.size ?? 0;
    }
    await delay(PAUSE_MS);
  }
  throw new UserError(
    `some tasks of ${project} have not ended after ${LIMIT_MS / 1000} s; its services are removed`,
    "look for a node that does not answer: docker node ls",
  );
}
