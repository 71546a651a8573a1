import { readFileSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { withOwnFolder } from "../../core/own-folder.ts";

/** Variables by which a user's own settings reach what Docker's client makes. Where the engine is stays theirs to say. */
const MAKING = /^(COMPOSE_|DOCKER_DEFAULT_PLATFORM$|DOCKER_CONTENT_TRUST|BUILDX_)/;

/** The part of `config.json` that says how an engine is reached, and where plugins are. */
interface ClientSettings {
  readonly HttpHeaders?: unknown;
  readonly cliPluginsExtraDirs?: readonly string[];
}

/**
 * Lets Docker's client make containers that are what the JSON says and no more: a user's `proxies`, passwords and all,
 * would enter each container's environment, and COMPOSE_ variables would choose another project or file. Images are
 * there already, so no registry's credentials are needed.
 *
 * @param work is given what to add to, or take out of, the environment
 */
export const withPlainClient = <T>(
  work: (env: Readonly<Record<string, string | undefined>>) => Promise<T>,
): Promise<T> =>
  withOwnFolder(tmpdir(), "docker", (folder) => {
    const own = configFolder();
    writeFileSync(join(folder, "config.json"), JSON.stringify(plainSettings(own)), { mode: 0o600 });
    return work(plainEnvironment(process.env, own, folder));
  });

/** @param own the folder of the user's settings, which also holds their plugins and certificates */
export function plainEnvironment(
  env: NodeJS.ProcessEnv,
  own: string,
  folder: string,
): Readonly<Record<string, string | undefined>> {
  const making = makingVariables(env);
  return {
    ...Object.fromEntries(making.map((name) => [name, undefined])),
    DOCKER_CONFIG: folder,
    // The client looks for them next to its settings when nothing else is said.
    ...(env.DOCKER_TLS_VERIFY && !env.DOCKER_CERT_PATH ? { DOCKER_CERT_PATH: own } : {}),
  };
}

/** Names of the variables that are kept from the client. */
export const makingVariables = (env: NodeJS.ProcessEnv = process.env): readonly string[] =>
  Object.keys(env)
    .filter((name) => MAKING.test(name))
    .sort();

export const configFolder = (): string => process.env.DOCKER_CONFIG || join(homedir(), ".docker");

export function plainSettings(own: string): ClientSettings {
  const { HttpHeaders, cliPluginsExtraDirs = [] } = readSettings(own);
  return {
    ...(HttpHeaders === undefined ? {} : { HttpHeaders }),
    cliPluginsExtraDirs: [join(own, "cli-plugins"), ...cliPluginsExtraDirs],
  };
}

function readSettings(own: string): ClientSettings {
  try {
    return JSON.parse(readFileSync(join(own, "config.json"), "utf8")) as ClientSettings;
  } catch {
    // None, or none that can be read: the client goes on without, too.
    return {};
  }
}
