import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { UserError } from "../core/errors.ts";
import { roleOf } from "../core/labels.ts";
import { SecretStore } from "../core/secrets.ts";
import { askInside } from "../runners/docker/ask-inside.ts";
import type { ContainerSpec } from "../runners/stack.ts";
import { API_KEY } from "../services/backend/definition.ts";
import type { Synthesized } from "./synthesize.ts";

/** The container that serves the API; undefined where the deployment has none. */
export function apiOf({ deployment, stack }: Synthesized): ContainerSpec | undefined {
  const published = deployment.programs.find(
    ({ application, listener }) => application === "backend" && listener === "backend",
  );
  return stack.containers.find((spec) => roleOf(spec).replace(/-\d+$/, "") === published?.name && !spec.job);
}

/**
 * Asks the API for a list, from inside its container and with the deployment's key.
 *
 * @param path below the prefix of the API
 * @param limitMs how long it may take. @default - as `askInside`
 * @throws UserError with the answer, if it is not that list
 */
export async function listFromApi<T>(
  synthesized: Synthesized,
  path: string,
  shape: z.ZodType<T>,
  limitMs?: number,
): Promise<readonly T[]> {
  const { deployment, home } = synthesized;
  const api = apiOf(synthesized);
  if (api === undefined)
    throw new UserError(`${deployment.name}: has no API that is published`, "set backend.enabled: true");
  const { port, pathPrefix } = deployment.backend;
  const { status, body } = await askInside({
    container: api.name,
    port,
    path: `${pathPrefix}${path}`,
    host: deployment.hosts[0] as string,
    headers: { "X-API-Key": keyIn(home) },
    ...(limitMs === undefined ? {} : { limitMs }),
  });
  const found = z.array(shape).safeParse(status === 200 ? parsed(body) : undefined);
  if (found.success) return found.data;
  throw new UserError(
    `${api.name}: GET ${pathPrefix}${path}: answered ${status}, and not with a list as the shipped backend does: ${body.slice(0, 200)}`,
    "exploreiot doctor page says which part of the chain does not work",
    "a backend of one's own answers to its own paths: ask it with exploreiot exec",
  );
}

/** Read and never made: one that is made here is not the one that the deployment knows. */
function keyIn(home: string): string {
  if (existsSync(join(home, "secrets", API_KEY))) return new SecretStore(home).value(API_KEY);
  throw new UserError(
    `${home}: has no key of the API, so the deployment was not made from this checkout`,
    "ask it from the checkout that made it, or copy that one's folder here",
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
