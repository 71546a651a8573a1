import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { DeploymentInput } from "../../config/schema.ts";
import { projectRoot } from "../../core/home.ts";

/** An example, for a site file somewhere else: its folders and files are absolute. */
function example(name: string): DeploymentInput {
  const folder = join(projectRoot, "examples", name);
  const input = parse(readFileSync(join(folder, "site.yaml"), "utf8")) as DeploymentInput;
  const { backend, frontend, services = {} } = input;
  return {
    ...input,
    ...(backend === undefined ? {} : { backend: moved(backend, folder) }),
    ...(frontend === undefined ? {} : { frontend: moved(frontend, folder) }),
    services: Object.fromEntries(
      Object.entries(services).map(([service, settings]) => [service, moved(settings, folder)]),
    ),
  };
}

type Built = NonNullable<DeploymentInput["services"]>[string] | NonNullable<DeploymentInput["frontend"]>;

function moved<Service extends Built>(service: Service, folder: string): Service {
  const { build, files } = service;
  return {
    ...service,
    ...(build === undefined ? {} : { build: { ...build, context: join(folder, build.context) } }),
    ...(files === undefined
      ? {}
      : {
          files: Object.fromEntries(
            Object.entries(files).map(([name, file]) => [
              name,
              "from" in file ? { from: join(folder, file.from) } : file,
            ]),
          ),
        }),
  };
}

/** A foreign application of three roles. */
export const threeRoles = (): DeploymentInput => example("three-roles");

/** Node-RED next to the stack. */
export const nodeRed = (): DeploymentInput => example("node-red");

/** Three programs on an image that has nothing but busybox. */
export const busybox = (): DeploymentInput => example("busybox");

/** Prometheus and Grafana next to the stack on a server. */
export const observability = (): DeploymentInput => example("observability");
