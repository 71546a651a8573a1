import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../core/errors.ts";
import { run } from "../run.ts";
import type { EngineAddress } from "../stack.ts";
import { engineVariables } from "./current-engine.ts";
import { engineAddress } from "./engine-errors.ts";

/** The context that `docker context use` chose, when the environment says nothing. */
let unspoken: string | undefined;

/**
 * Makes every program that is started from here talk to one engine: the client follows `docker context use`, but
 * Terraform's provider does not. So a chosen context becomes DOCKER_HOST, which all of them read and put first.
 *
 * @throws UserError if the chosen context does not exist
 */
export async function followContext(): Promise<void> {
  const given = process.env.DOCKER_CONTEXT;
  // Both set, the client takes the host and the provider the context.
  delete process.env.DOCKER_CONTEXT;
  if (process.env.DOCKER_HOST) return;
  const name = given || currentContext();
  if (!name || name === "default") return;
  if (!given) unspoken = name;
  const format = "{{.Endpoints.docker.Host}} {{.Storage.TLSPath}}";
  const argv = ["docker", "context", "inspect", "--format", format, name] as const;
  const { code, stdout, stderr } = await run([...argv], { expected: [0, 1] });
  if (code !== 0) {
    throw new UserError(
      `Docker context ${name}: ${stderr.trim()}`,
      "docker context ls lists those there are; docker context use default goes back to this machine",
    );
  }
  const [address = "", tls = ""] = stdout.trim().split(" ");
  process.env.DOCKER_HOST = address;
  const certificates = join(tls, "docker");
  if (existsSync(join(certificates, "cert.pem"))) {
    process.env.DOCKER_CERT_PATH = certificates;
    process.env.DOCKER_TLS_VERIFY = "1";
  }
}

/**
 * Makes every program that is started from here talk to the engine that a site file names, no matter what the environment says:
 * the file belongs to one machine.
 */
export function useEngine(engine: EngineAddress | undefined): void {
  if (engine === undefined) return;
  unspoken = undefined;
  for (const [name, value] of Object.entries(engineVariables(engine))) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}

/** The context that programs besides Docker's client do not know of; see `followContext`. */
export const unspokenContext = (): string | undefined => unspoken;

/** As the client keeps it; undefined where none was ever chosen. */
function currentContext(): string | undefined {
  const folder = process.env.DOCKER_CONFIG ?? join(homedir(), ".docker");
  try {
    return (JSON.parse(readFileSync(join(folder, "config.json"), "utf8")) as { currentContext?: string })
      .currentContext;
  } catch {
    // No such file: nobody chose anything.
    return undefined;
  }
}

/** The scheme of the engine's address when it is on another machine (`ssh`, `tcp`), else undefined. */
export const remoteScheme = (): string | undefined => /^(ssh|tcp|https?):/.exec(engineAddress())?.[1];

/** The name of the machine that the engine is on when that is another one, else undefined. */
export const remoteHost = (): string | undefined =>
  remoteScheme() === undefined ? undefined : new URL(engineAddress()).hostname;
