import { readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { run } from "../run.ts";

const HUB = "https://index.docker.io/v1/";

const config = z.object({
  auths: z.record(z.string(), z.object({ auth: z.string().optional() })).default({}),
  credHelpers: z.record(z.string(), z.string()).default({}),
  credsStore: z.string().optional(),
});

/** What `docker-credential-NAME get` answers. */
const answer = z.object({ Username: z.string(), Secret: z.string() });

/**
 * The header with which the engine logs in at the registry of a reference: the login that `docker login` has kept there.
 *
 * @returns undefined if there is none, so that the registry is asked as nobody
 */
export async function registryLogin(reference: string): Promise<string | undefined> {
  const host = hostOf(reference);
  const { auths, credHelpers, credsStore } = readConfig();
  const helper = credHelpers[host] ?? credsStore;
  const login = helper === undefined ? keptLogin(auths[host]?.auth) : await askHelper(helper, host);
  if (login === undefined) return undefined;
  // A helper that has a token of an identity says so by this name.
  const said =
    login.user === "<token>"
      ? { identitytoken: login.secret }
      : { username: login.user, password: login.secret };
  return Buffer.from(JSON.stringify({ ...said, serveraddress: host })).toString("base64url");
}

/** As the client's configuration names it. */
function hostOf(reference: string): string {
  const [first = "", ...rest] = reference.split("/");
  return rest.length > 0 && /[.:]|^localhost$/.test(first) ? first : HUB;
}

function readConfig(): z.output<typeof config> {
  const folder = process.env.DOCKER_CONFIG ?? join(homedir(), ".docker");
  try {
    return config.parse(JSON.parse(readFileSync(join(folder, "config.json"), "utf8")));
  } catch {
    // No file, or one that docker itself complains about.
    return config.parse({});
  }
}

function keptLogin(auth = "") {
  const [user = "", ...secret] = Buffer.from(auth, "base64").toString().split(":");
  return user === "" ? undefined : { user, secret: secret.join(":") };
}

async function askHelper(helper: string, host: string) {
  try {
    const { stdout } = await run([`docker-credential-${helper}`, "get"], { input: `${host}\n` });
    const { Username: user, Secret: secret } = answer.parse(JSON.parse(stdout));
    return { user, secret };
  } catch {
    // How helpers say that they have none.
    return undefined;
  }
}
