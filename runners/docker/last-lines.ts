import { run } from "../run.ts";
import { PlaceError } from "../swarm/node-engine.ts";
import { atContainer } from "../swarm/place.ts";

const LOG_LINES = 8;

/** The end of a container's log; empty when the container is gone, or on a node that cannot be asked. */
export async function lastLines(container: string): Promise<readonly string[]> {
  const read = (id: string) => run(["docker", "logs", "--tail", String(LOG_LINES), id], { expected: [0, 1] });
  const told = await atContainer(container, read).catch((error: unknown) => {
    if (error instanceof PlaceError) return undefined;
    throw error;
  });
  if (told?.code !== 0) return [];
  return `${told.stdout}${told.stderr}`.split("\n").filter(Boolean).slice(-LOG_LINES);
}
