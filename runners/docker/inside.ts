import type { Duplex } from "node:stream";
import { PROBE_FOLDER } from "../../core/container-folders.ts";
import { UserError } from "../../core/errors.ts";
import { converseIn } from "./exec.ts";

/**
 * A connection to a port of a container from inside it. It works with any bind and with an engine elsewhere, since it
 * takes the engine's own way and no published port.
 */
export async function dialInside(container: string, port: number): Promise<Duplex> {
  return await converseIn(container, [`${PROBE_FOLDER}/probe`, "relay", String(port)]);
}

/** The end of a connection from inside, as a person would say it. */
export function insideError(container: string, error: unknown): UserError {
  const said = String((error as { readonly stderr?: unknown }).stderr ?? "").trim();
  const reason = said.split("\n").at(-1) || (error as Error).message;
  return new UserError(
    `${container}: ${reason}`,
    "exploreiot status says how it is, exploreiot up brings it up again",
  );
}
