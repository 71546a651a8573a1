import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import type { DeploymentInput } from "../../config/schema.ts";
import { projectRoot } from "../../core/home.ts";

const folder = join(projectRoot, "examples/three-roles");

/** The example of a foreign application, for a site file somewhere else: its folders are absolute. */
export function threeRoles(): DeploymentInput {
  const input = parse(readFileSync(join(folder, "site.yaml"), "utf8")) as DeploymentInput;
  const { backend, frontend } = input;
  const moved = <Service extends { build?: { context: string } | undefined }>(service: Service): Service => ({
    ...service,
    build: { ...service.build, context: join(folder, service.build?.context ?? "") },
  });
  return { ...input, backend: moved(backend ?? {}), frontend: moved(frontend ?? {}) };
}
