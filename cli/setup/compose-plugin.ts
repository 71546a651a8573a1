import { mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { UserError } from "../../core/errors.ts";
import type { Report } from "../../engines/engine.ts";
import { run } from "../../engines/run.ts";

/** The release that the compose engine was tried with. */
const MODULE = "github.com/docker/compose/v5/cmd@v5.0.2";

/** Builds Docker's compose plugin with Go, into this user's plugin folder. */
export async function installCompose(report: Report): Promise<void> {
  const plugins = join(process.env.DOCKER_CONFIG ?? join(homedir(), ".docker"), "cli-plugins");
  mkdirSync(plugins, { recursive: true });
  const folder = mkdtempSync(join(plugins, ".build-"));
  try {
    report(`go install ${MODULE} (some minutes the first time)`);
    await goInstall(folder);
    renameSync(join(folder, "cmd"), join(plugins, "docker-compose"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function goInstall(folder: string): Promise<void> {
  try {
    await run(["go", "install", MODULE], { env: { GOBIN: folder } });
  } catch (error) {
    if (!(error instanceof UserError) || !/not installed/.test(error.message)) throw error;
    throw new UserError(
      "docker has no compose plugin, and there is no Go to build it with",
      "install it: https://docs.docker.com/compose/install/linux/ (package docker-compose-plugin)",
      "or install Terraform, which does without compose",
    );
  }
}
