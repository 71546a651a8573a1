import { AsyncLocalStorage } from "node:async_hooks";
import type { EngineAddress } from "../stack.ts";

/** The engine of a piece of work, where it is another one than that of the process. */
const chosen = new AsyncLocalStorage<EngineAddress | undefined>();

/**
 * Has one piece of work, and every program that it starts, talk to another engine than the rest of this process.
 *
 * @param engine undefined: the one of the process, as the environment or `useEngine` says it
 */
export const atEngine = <T>(engine: EngineAddress | undefined, work: () => T): T => chosen.run(engine, work);

/** The engine of this piece of work. @returns undefined for that of the process */
export const engineOfWork = (): EngineAddress | undefined => chosen.getStore();

/** The engine's address as people wrote it; undefined or empty where nobody did. */
export const engineHost = (): string | undefined => chosen.getStore()?.host ?? process.env.DOCKER_HOST;

/** By these variables Docker's client finds an engine; undefined takes one out of the environment. */
export const engineVariables = ({ host, certificates }: EngineAddress) => ({
  DOCKER_HOST: host,
  DOCKER_TLS_VERIFY: certificates === undefined ? undefined : "1",
  DOCKER_CERT_PATH: certificates,
});

/** The variables for what is started in this piece of work; none where its engine is that of the process. */
export function variablesOfWork(): Readonly<Record<string, string | undefined>> {
  const engine = chosen.getStore();
  return engine === undefined ? {} : engineVariables(engine);
}
