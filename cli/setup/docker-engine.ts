import { spawn } from "node:child_process";
import { existsSync, openSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { UserError } from "../../core/errors.ts";
import { engineVersion } from "../../runners/docker/engine-check.ts";
import { EngineError } from "../../runners/docker/engine-errors.ts";
import { NotInstalledError, run } from "../../runners/run.ts";
import type { Report } from "../../runners/runner.ts";
import { aptCandidate, aptInstall, aptUpdate } from "./apt.ts";
import { canInstall, hasApt, hasDnf, type Machine, type Missing } from "./machine.ts";

const LOG = "/var/log/dockerd.log";
const START_LIMIT_MS = 60_000;

/** Why no engine can be asked; undefined where one answers that the kit works with. */
async function engineTrouble(): Promise<EngineError | NotInstalledError | undefined> {
  try {
    await engineVersion();
    return undefined;
  } catch (error) {
    if (error instanceof EngineError || error instanceof NotInstalledError) return error;
    throw error;
  }
}

/** Tells a missing engine from one that is stopped, elsewhere, or only not to be used by this user. */
export async function missingEngine(machine: Machine): Promise<Missing | undefined> {
  const trouble = await engineTrouble();
  if (trouble === undefined) return undefined;
  const isElsewhere = process.env.DOCKER_HOST !== undefined;
  if (trouble instanceof EngineError && (trouble.trouble !== "unreachable" || isElsewhere)) {
    return { what: `an engine that can be used: ${trouble.message}`, remedy: trouble.remedy };
  }
  const isStopped = machine.hasEngine;
  if (canInstall(machine)) {
    return {
      what: isStopped ? "a running Docker engine" : "Docker's engine",
      remedy: [isStopped ? "systemctl start docker" : "apt-get install docker.io"],
      install: async (report) => void (await installEngine(machine, report)),
    };
  }
  if (trouble instanceof EngineError && (isStopped || machine.platform === "darwin"))
    return { what: `a running Docker engine: ${trouble.message}`, remedy: trouble.remedy };
  return { what: "Docker's engine and client", remedy: byHand(machine) };
}

/** Steps for a person; each of these systems has its own way, and only those of Debian were tried. */
function byHand(machine: Machine): readonly string[] {
  if (machine.platform === "darwin") {
    return [
      "Docker Desktop: brew install --cask docker-desktop, then open -a Docker",
      "or Colima: brew install colima docker docker-compose docker-buildx, then colima start",
    ];
  }
  const [desktop, engine] = [
    "Docker Desktop on Windows, with Settings > Resources > WSL integration turned on for this distribution",
    linuxEngine(machine),
  ];
  return machine.isWsl ? [desktop, `or an engine inside: ${engine}`] : [engine];
}

function linuxEngine(machine: Machine): string {
  const group = "sudo usermod -aG docker $USER, and log in again";
  if (hasApt(machine)) return `sudo apt-get install docker.io, then ${group}`;
  if (hasDnf(machine))
    return `sudo dnf install moby-engine docker-compose docker-buildx, then sudo systemctl enable --now docker, ${group}`;
  return "https://docs.docker.com/engine/install/";
}

/**
 * Installs Docker's engine and client from Debian's packages, and starts the engine. Without a service manager it is
 * started detached: it stays when this process ends.
 *
 * @returns the process id of the engine, if it was started as a plain process
 */
export async function installEngine({ hasEngine }: Machine, report: Report): Promise<number | undefined> {
  if (!hasEngine) {
    await aptUpdate();
    // From trixie on the client is a package of its own.
    const client = (await aptCandidate("docker-cli")) === undefined ? [] : ["docker-cli"];
    await aptInstall(["docker.io", ...client], "No Docker engine answers", report);
  }
  const pid = await startEngine(report);
  await answer();
  return pid;
}

async function startEngine(report: Report): Promise<number | undefined> {
  if (existsSync("/run/systemd/system")) {
    report("systemctl start docker");
    await run(["systemctl", "start", "docker"]);
    return undefined;
  }
  report(`starting dockerd (its log: ${LOG})`);
  const log = openSync(LOG, "a", 0o640);
  const engine = spawn("dockerd", [], { detached: true, stdio: ["ignore", log, log] });
  engine.unref();
  return engine.pid;
}

async function answer(): Promise<void> {
  const deadline = Date.now() + START_LIMIT_MS;
  for (let trouble = await engineTrouble(); trouble !== undefined; trouble = await engineTrouble()) {
    if (Date.now() > deadline) {
      throw new UserError(
        `the Docker engine did not start within a minute: ${trouble.message}`,
        `look into ${LOG} or journalctl -u docker`,
      );
    }
    await delay(250);
  }
}
