import { mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { isInstalled } from "../../core/programs.ts";
import { runnerNamed } from "../../runners/pick.ts";
import { NotInstalledError, run } from "../../runners/run.ts";
import type { Report, RunnerContext } from "../../runners/runner.ts";
import { aptCandidate, aptInstall } from "./apt.ts";
import { canInstall, hasApt, hasDnf, type Machine, type Missing } from "./machine.ts";

/** The release that the compose runner was tried with. */
const MODULE = "github.com/docker/compose/v5/cmd@v5.0.2";

const WHAT = "Docker's compose plugin";

/** Of Docker's own source, of Ubuntu, of Debian from trixie on; before that docker-compose is the old Python program. */
const PACKAGES = ["docker-compose-plugin", "docker-compose-v2", "docker-compose"];

/** From apt where it has the plugin, else built with Go, else by hand. */
export async function missingCompose(context: RunnerContext, machine: Machine): Promise<Missing | undefined> {
  if (await works(context)) return undefined;
  const name = hasApt(machine) ? await aptPackage() : undefined;
  if (name !== undefined && canInstall(machine)) {
    return {
      what: WHAT,
      remedy: [`apt-get install ${name}`],
      install: (report) => aptInstall([name], "Docker has no compose plugin", report),
    };
  }
  if (isInstalled("go")) return { what: WHAT, remedy: [`go install ${MODULE}`], install: buildCompose };
  return {
    what: WHAT,
    remedy: [
      byHand(machine, name),
      "or install Terraform and let it reach its registry: it does without compose",
    ],
  };
}

async function works(context: RunnerContext): Promise<boolean> {
  try {
    return (await runnerNamed("compose").unavailable(context)) === undefined;
  } catch (error) {
    if (error instanceof NotInstalledError) return false;
    throw error;
  }
}

async function aptPackage(): Promise<string | undefined> {
  for (const name of PACKAGES) {
    const version = await aptCandidate(name);
    if (version !== undefined && Number.parseInt(version.replace(/^\d+:/, ""), 10) >= 2) return name;
  }
  return undefined;
}

function byHand(machine: Machine, name: string | undefined): string {
  if (name !== undefined) return `sudo apt-get install ${name}`;
  if (hasDnf(machine))
    return "sudo dnf install docker-compose (with Docker's own source: docker-compose-plugin)";
  if (machine.platform === "darwin")
    return "Docker Desktop brings it; for Colima: brew install docker-compose, and what brew says of cliPluginsExtraDirs";
  return "install it: https://docs.docker.com/compose/install/linux/ (package docker-compose-plugin)";
}

/** Builds the plugin into this user's plugin folder. */
async function buildCompose(report: Report): Promise<void> {
  const plugins = join(process.env.DOCKER_CONFIG ?? join(homedir(), ".docker"), "cli-plugins");
  mkdirSync(plugins, { recursive: true });
  const folder = mkdtempSync(join(plugins, ".build-"));
  try {
    report(`go install ${MODULE} (some minutes the first time)`);
    await run(["go", "install", MODULE], { env: { GOBIN: folder } });
    renameSync(join(folder, "cmd"), join(plugins, "docker-compose"));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
