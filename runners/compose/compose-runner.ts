import { join } from "node:path";
import { COMPOSE_LABEL, composeProject, LABEL } from "../../core/labels.ts";
import { replaceFile } from "../../core/private-files.ts";
import { listVolumes } from "../docker/observe.ts";
import { makingVariables, withPlainClient } from "../docker/plain-client.ts";
import { run } from "../run.ts";
import type { Runner, RunnerContext } from "../runner.ts";
import { type Stack, specHash } from "../stack.ts";
import { handOver } from "./hand-over.ts";
import { composeFile } from "./render.ts";

/** Docker Compose on a file derived from the JSON: for machines without Terraform or its Docker provider. */
export const composeRunner: Runner = {
  name: "compose",
  changesInPlace: [],

  async unavailable() {
    const { code } = await run(["docker", "compose", "version"], { expected: [0, 1, 125] });
    return code === 0 ? undefined : "docker has no compose plugin (package docker-compose-plugin)";
  },

  /** Nothing: compose sees a change only by a hash that Terraform's containers do not have, so it is told to keep all. */
  async ownership() {
    return () => false;
  },

  takesOver({ labels }, stack) {
    return (
      labels[COMPOSE_LABEL.project] === composeProject(stack.name) &&
      stack.networks.some(({ name }) => labels[COMPOSE_LABEL.network] === name)
    );
  },

  async up(context) {
    const { stack, report } = context;
    const unsaid = makingVariables();
    if (unsaid.length > 0) report(`compose: not told of ${unsaid.join(", ")}, which the environment sets`);
    const seconds = Math.max(...stack.containers.map(({ block }) => block.wait_timeout ?? 0)) * 2;
    const kept = ["--no-recreate", "--remove-orphans"];
    await compose(context, ["create", ...kept]);
    await handOver(context);
    await compose(context, ["up", ...kept, "--detach", "--wait", "--wait-timeout", String(seconds)]);
    await forgetFiles(stack);
  },

  async down(context) {
    await compose(context, ["down", "--remove-orphans", "--timeout", "60"]);
  },
};

/** Compose removes no volumes: those with files of a program that is declared no more would keep its secrets. */
async function forgetFiles(stack: Stack): Promise<void> {
  const own = `${COMPOSE_LABEL.project}=${composeProject(stack.name)}`;
  const declared = new Set(stack.volumes.map(({ name }) => name));
  const gone = (await listVolumes({ label: [own] })).filter(
    (name) => name.endsWith("-files") && !declared.has(name),
  );
  if (gone.length > 0) await run(["docker", "volume", "rm", ...gone]);
}

/**
 * The stack with each container's own hash in a label: by that it is known later, also where nothing could be written
 * down any more.
 */
const hashed = (stack: Stack): Stack => ({
  ...stack,
  containers: stack.containers.map((container) => ({
    ...container,
    labels: { ...container.labels, [LABEL.spec]: specHash(container) },
  })),
});

/** Everything that compose would take from the environment or from a `.env` is said here. */
async function compose({ stack, signal }: RunnerContext, args: readonly string[]): Promise<void> {
  const file = join(stack.folder, "compose.yaml");
  replaceFile(file, composeFile(hashed(stack)), 0o644);
  const project = ["--project-name", composeProject(stack.name), "--project-directory", stack.folder];
  await withPlainClient((env) =>
    run(["docker", "compose", "--file", file, ...project, "--env-file", "/dev/null", ...args], {
      ownGroup: true,
      env: { ...env, COMPOSE_PROGRESS: "quiet" },
      ...(signal === undefined ? {} : { signal }),
    }),
  );
}
