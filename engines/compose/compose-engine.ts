import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { remoteScheme } from "../docker/remote.ts";
import type { Engine, EngineContext } from "../engine.ts";
import { run } from "../run.ts";
import type { Stack } from "../stack.ts";
import { composeFile, projectName } from "./render.ts";

const PROJECT_LABEL = "com.docker.compose.project";

/** Docker Compose on a file derived from the JSON: for machines without Terraform or its Docker provider. */
export const composeEngine: Engine = {
  name: "compose",

  async unavailable() {
    const remote = remoteScheme();
    if (remote !== undefined) {
      return `compose hands over files from this machine's disk, and DOCKER_HOST is elsewhere (${remote}://…)`;
    }
    const { code } = await run(["docker", "compose", "version"], { expected: [0, 1, 125] });
    return code === 0 ? undefined : "docker has no compose plugin (package docker-compose-plugin)";
  },

  async ownership({ stack }) {
    return ({ labels }) => labels[PROJECT_LABEL] === projectName(stack);
  },

  async up(context) {
    const seconds = Math.max(...context.stack.containers.map(({ block }) => block.wait_timeout ?? 0)) * 2;
    const path = writeComposeFile(context.stack);
    await compose(context, path, [
      "up",
      "--detach",
      "--wait",
      "--wait-timeout",
      String(seconds),
      "--remove-orphans",
    ]);
  },

  async down(context) {
    await compose(context, writeComposeFile(context.stack), ["down", "--remove-orphans", "--timeout", "60"]);
  },
};

/** Writes compose.yaml beside the JSON that it is derived from and returns its path. */
export function writeComposeFile(stack: Stack): string {
  const path = join(stack.folder, "compose.yaml");
  writeFileSync(path, composeFile(stack));
  return path;
}

async function compose({ signal }: EngineContext, path: string, args: readonly string[]): Promise<void> {
  await run(["docker", "compose", ...args], {
    ownGroup: true,
    env: { COMPOSE_FILE: path, COMPOSE_PROGRESS: "quiet" },
    ...(signal === undefined ? {} : { signal }),
  });
}
