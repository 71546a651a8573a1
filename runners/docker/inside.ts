import type { Duplex } from "node:stream";
import { PROBE_FOLDER } from "../../core/container-folders.ts";
import { UserError } from "../../core/errors.ts";
import { RefusedError } from "./engine-api.ts";
import { converseIn } from "./exec.ts";
import { inspect } from "./observe.ts";

/** As the engine says it. */
const GONE = "No such container";

/**
 * A connection to a port of a container from inside it. It works with any bind and with an engine elsewhere, since it
 * takes the engine's own way and no published port.
 */
export async function dialInside(container: string, port: number): Promise<Duplex> {
  try {
    return await converseIn(container, [`${PROBE_FOLDER}/probe`, "relay", String(port)]);
  } catch (error) {
    throw error instanceof RefusedError ? insideError(container, error) : error;
  }
}

/**
 * Before a command in this terminal: the engine's refusal would look like the command's own words and exit code.
 *
 * @throws UserError unless the container runs
 */
export async function refuseStopped(container: string): Promise<void> {
  const [state] = await inspect([container]);
  if (state?.State.Running) return;
  throw insideError(container, new Error(state === undefined ? GONE : `is ${state.State.Status}`));
}

/** The end of a connection from inside, as a person would say it. */
export function insideError(container: string, error: unknown): UserError {
  const said = String((error as { readonly stderr?: unknown }).stderr ?? "").trim();
  const words = said.split("\n").at(-1) || (error as Error).message;
  // The engine names it once more.
  const reason = words.startsWith(`${GONE}: `) ? GONE : words;
  return new UserError(
    `${container}: ${reason}`,
    "exploreiot status says how it is, exploreiot up brings it up again",
  );
}
