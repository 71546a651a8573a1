import { relative, resolve, sep } from "node:path";
import { projectRoot } from "../core/home.ts";
import type { SecretSource } from "../core/secret-source.ts";
import type { Application, Program } from "../services/application/program.ts";
import type { Deployment } from "../services/deployment.ts";
import type { Outside } from "../services/outside.ts";
import { stores } from "../services/store-logins.ts";
import type { Engine } from "../site/engine.ts";

/**
 * A deployment whose paths, written relative to its site file, are relative to the project's root instead: those of
 * Dockerfiles' contexts, of an engine's certificates, of files that are handed to programs, of PEM files, of secrets and of rules. Absolute ones stay where they lead.
 *
 * @param folder of the site file
 */
export const fromSiteFile = (deployment: Deployment, folder: string): Deployment =>
  withPaths(deployment, (path) => relative(projectRoot, resolve(folder, path)).split(sep).join("/") || ".");

/** The files and folders that a deployment's site file names, as the deployment has them: from the project's root. */
export function namedPaths(deployment: Deployment): readonly string[] {
  const found = new Set<string>();
  // The folder in which a command runs is nobody's file.
  const secrets = Object.fromEntries(
    Object.entries(deployment.secrets).filter(([, source]) => !("command" in source)),
  );
  withPaths({ ...deployment, secrets }, (path) => {
    found.add(path);
    return path;
  });
  return [...found].sort();
}

function withPaths(deployment: Deployment, here: (path: string) => string): Deployment {
  const placed = (program: Program): Program => ({
    ...program,
    of: builtFrom(program.of, here),
    files: Object.fromEntries(
      Object.entries(program.files).map(([name, file]) => [
        name,
        "from" in file ? { from: here(file.from) } : file,
      ]),
    ),
  });
  const { engine, mosquitto, policies, secrets, swarm, tls } = deployment;
  return {
    ...deployment,
    secrets: Object.fromEntries(
      Object.entries(secrets).map(([name, source]) => [name, sourceFrom(source, here)]),
    ),
    ...Object.fromEntries(stores.map((store) => [store, trustedFrom(deployment[store], here)])),
    programs: deployment.programs.map(placed),
    mosquitto: { ...mosquitto, ...bridgeFrom(mosquitto.bridge, here) },
    ...(engine === undefined ? {} : { engine: engineFrom(engine, here) }),
    swarm: {
      ...swarm,
      engines: Object.fromEntries(
        Object.entries(swarm.engines).map(([node, one]) => [node, engineFrom(one, here)]),
      ),
    },
    tls: { ...tls, certificate: certificateFrom(tls.certificate, here) },
    policies: policies.rules === undefined ? policies : { ...policies, rules: here(policies.rules) },
  };
}

/** With the path of the CA of a server outside. */
function trustedFrom<T extends object>(settings: T, here: (path: string) => string): T {
  const { outside } = settings as { readonly outside?: Outside };
  return outside?.tls === undefined
    ? settings
    : { ...settings, outside: { ...outside, tls: { ...outside.tls, ca: here(outside.tls.ca) } } };
}

const builtFrom = (application: Application, here: (path: string) => string): Application =>
  application.build === undefined
    ? application
    : { ...application, build: { ...application.build, context: here(application.build.context) } };

const engineFrom = (engine: Engine, here: (path: string) => string): Engine =>
  engine.certificates === undefined ? engine : { ...engine, certificates: here(engine.certificates) };

const bridgeFrom = (bridge: Deployment["mosquitto"]["bridge"], here: (path: string) => string) =>
  bridge === undefined
    ? {}
    : { bridge: { ...bridge, ca: here(bridge.ca), certificate: here(bridge.certificate) } };

function sourceFrom(source: SecretSource, here: (path: string) => string): SecretSource {
  if ("file" in source) return { file: here(source.file) };
  return "command" in source ? { ...source, folder: here(".") } : source;
}

type Certificate = Deployment["tls"]["certificate"];

function certificateFrom(certificate: Certificate, here: (path: string) => string): Certificate {
  if (certificate.source === "files") {
    return { ...certificate, certificate: here(certificate.certificate), key: here(certificate.key) };
  }
  return certificate.source === "acme" && certificate.ca !== undefined
    ? { ...certificate, ca: here(certificate.ca) }
    : certificate;
}
