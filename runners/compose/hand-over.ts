import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { withOwnFolder } from "../../core/own-folder.ts";
import { run } from "../run.ts";
import type { RunnerContext } from "../runner.ts";
import type { ContainerSpec } from "../stack.ts";

/**
 * Copies its files into each container that waits for some, through the Docker API, as Terraform's upload does. A bind
 * mount would need an engine that reads this machine's files as this user does: one elsewhere, in a virtual machine or
 * with user namespaces, or files on NFS, and it cannot.
 */
export async function handOver(context: RunnerContext): Promise<void> {
  const receivers = context.stack.containers.filter(({ uploads }) => uploads.length > 0);
  await Promise.all(receivers.map((container) => copyInto(container, context)));
}

/** `docker cp` makes no folders on the way, so a whole tree is copied from a draft of the container's root. */
const copyInto = ({ name, uploads }: ContainerSpec, { stack, home }: RunnerContext): Promise<void> =>
  withOwnFolder(home, "files", async (draft) => {
    for (const upload of uploads) {
      const path = join(draft, upload.file);
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      if ("content" in upload) writeFileSync(path, upload.content, { mode: 0o400 });
      else copyFileSync(resolve(stack.folder, upload.source), path);
    }
    await run(["docker", "cp", `${draft}/.`, `${name}:/`]);
  });
