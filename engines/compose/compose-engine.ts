import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { replaceFile } from "../../config/private-files.ts";
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
    const { code } = await run(["docker", "compose", "version"], { expected: [0, 1, 125] });
    return code === 0 ? undefined : "docker has no compose plugin (package docker-compose-plugin)";
  },

  async ownership({ stack }) {
    return ({ labels }) => labels[PROJECT_LABEL] === projectName(stack);
  },

  async up(context) {
    const seconds = Math.max(...context.stack.containers.map(({ block }) => block.wait_timeout ?? 0)) * 2;
    const path = writeComposeFile(context.stack);
    if (remoteScheme() !== undefined) await handOver(context, path);
    await compose(context, path, [
      "up",
      "--detach",
      "--wait",
      "--wait-timeout",
      String(seconds),
      "--remove-orphans",
    ]);
    await forgetFiles(context.stack);
  },

  async down(context) {
    await compose(context, writeComposeFile(context.stack), ["down", "--remove-orphans", "--timeout", "60"]);
  },
};

/** Compose removes no volumes: those with files of a program that is declared no more would keep its secrets. */
async function forgetFiles(stack: Stack): Promise<void> {
  const own = `label=${PROJECT_LABEL}=${projectName(stack)}`;
  const { stdout } = await run(["docker", "volume", "ls", "--quiet", "--filter", own]);
  const gone = stdout.split("\n").filter((name) => name.endsWith("-files") && !stack.volumes.includes(name));
  if (gone.length > 0) await run(["docker", "volume", "rm", ...gone]);
}

/** Writes compose.yaml beside the JSON that it is derived from and returns its path. */
function writeComposeFile(stack: Stack): string {
  const path = join(stack.folder, "compose.yaml");
  replaceFile(path, composeFile(remoteScheme() === undefined ? stack : withoutSecretFiles(stack)), 0o644);
  return path;
}

/** On another machine there is nothing to bind: secrets are copied through the API instead, see `handOver`. */
const withoutSecretFiles = (stack: Stack): Stack => ({
  ...stack,
  containers: stack.containers.map((container) => ({
    ...container,
    uploads: container.uploads.filter((upload) => "content" in upload),
  })),
});

/** Makes the containers without starting them, and copies its secret files into each, as Terraform's upload does. */
async function handOver(context: EngineContext, path: string): Promise<void> {
  const { stack } = context;
  await compose(context, path, ["create", "--remove-orphans"]);
  for (const { name, uploads } of stack.containers) {
    const files = uploads.filter((upload) => "source" in upload);
    if (files.length > 0) await copyInto(name, files, context);
  }
}

/** `docker cp` makes no folders on the way, so a whole tree is copied from a draft of the container's root. */
async function copyInto(
  container: string,
  files: readonly { readonly file: string; readonly source: string }[],
  { stack, home }: EngineContext,
): Promise<void> {
  const draft = mkdtempSync(join(home, "hand-over-"));
  try {
    for (const { file, source } of files) {
      mkdirSync(dirname(join(draft, file)), { recursive: true, mode: 0o700 });
      copyFileSync(resolve(stack.folder, source), join(draft, file));
    }
    await run(["docker", "cp", `${draft}/.`, `${container}:/`]);
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

async function compose({ signal }: EngineContext, path: string, args: readonly string[]): Promise<void> {
  await run(["docker", "compose", ...args], {
    ownGroup: true,
    env: { COMPOSE_FILE: path, COMPOSE_PROGRESS: "quiet" },
    ...(signal === undefined ? {} : { signal }),
  });
}
