import { isIP } from "node:net";
import type { Problem } from "../core/problems.ts";
import type { ServiceDefinition } from "../services/definition.ts";
import type { ParsedDeployment } from "../services/deployment.ts";
import { hostsOf, isLoopback, isPrivate, type Outside, outsideOf } from "../services/outside.ts";
import { definitions } from "../services/registry.ts";
import { stores } from "../services/store-logins.ts";
import { keysAt } from "./site-keys.ts";

/** Keys of a container for a server outside, which has none. Looked for before defaults are filled in: afterwards all of them are there. */
export function containersAreNotOutside(input: unknown): readonly Problem[] {
  return stores.flatMap((name) => {
    const settings = Object(Object(input)[name]) as Readonly<Record<string, unknown>>;
    const { whereOutside = [] } = definitions[name] as ServiceDefinition;
    if (settings.outside === undefined) return [];
    return (
      Object.entries(settings)
        // Any other key is told as one that is not known.
        .filter(([key]) => !whereOutside.includes(key) && keysAt(name).includes(key))
        .map(([key, got]) => ({
          path: `${name}.${key}`,
          got,
          allowed: `nothing next to ${name}.outside: it configures the container, and there is none`,
          fix: `remove it, or ${name}.outside`,
        }))
    );
  });
}

/** A server outside is reached by containers, and nobody on the way reads what they send. */
export function outsideIsReachedSafely(deployment: ParsedDeployment): readonly Problem[] {
  return stores.flatMap((name) => {
    const server = outsideOf(deployment, name);
    return server === undefined ? [] : safetyProblems(`${name}.outside`, server, deployment.environment);
  });
}

function safetyProblems(
  at: string,
  server: Outside,
  environment: ParsedDeployment["environment"],
): readonly Problem[] {
  const { tls, allow, addresses } = server;
  const hosts = hostsOf(server);
  const found: Problem[] = [];
  for (const got of hosts.filter(isLoopback)) {
    const allowed = "a name or an address that containers reach; this one is each container itself";
    found.push({ path: `${at}.host`, got, allowed, fix: "name an address that the server listens on" });
  }
  if (addresses !== undefined && hosts.every((host) => isIP(host) !== 0)) {
    const allowed = "nothing where each host is an address: it is the only one that is let through";
    found.push({ path: `${at}.addresses`, got: addresses, allowed, fix: "remove it" });
  }
  if (tls !== undefined && allow.clearText !== undefined) {
    const allowed = "only what is made use of";
    found.push({ path: `${at}.allow.clearText`, got: allow.clearText, allowed, fix: "remove it" });
  }
  if (
    tls === undefined &&
    allow.clearText === undefined &&
    !(environment === "local" && hosts.every(isPrivate))
  ) {
    const allowed =
      "TLS with the server's CA: passwords and data are read on the way otherwise (in environment local a private address may go without)";
    const fix =
      'add tls: { ca: ./ca.pem }, or allow: { clearText: { reason: "…", expires: "2027-01-31" } } with the reason';
    found.push({ path: `${at}.tls`, got: undefined, allowed, fix });
  }
  return found;
}
