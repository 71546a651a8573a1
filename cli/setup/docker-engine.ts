import { spawn } from "node:child_process";
import { existsSync, openSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { UserError } from "../../core/errors.ts";
import { engineVersion } from "../../engines/docker/engine-check.ts";
import type { Report } from "../../engines/engine.ts";
import { run } from "../../engines/run.ts";
import { aptInstall, isDebianRoot } from "./debian.ts";

const LOG = "/var/log/dockerd.log";
const START_LIMIT_MS = 60_000;

export async function engineIsThere(): Promise<boolean> {
  try {
    await engineVersion();
    return true;
  } catch (error) {
    if (error instanceof UserError && !/too old/.test(error.message)) return false;
    throw error;
  }
}

/**
 * Installs Docker's engine and starts it. Without a service manager it is started detached: it stays when this
 * process ends.
 *
 * @returns the process id of the engine, if it was started as a plain process
 * @throws UserError where that cannot be done by this user or on this system
 */
export async function installEngine(report: Report): Promise<number | undefined> {
  if (process.env.DOCKER_HOST !== undefined) await engineVersion();
  if (!isDebianRoot()) {
    throw new UserError(
      "no Docker engine answers, and this is not Debian or Ubuntu with root rights, where one could be installed",
      "install Docker: https://docs.docker.com/engine/install/",
      "then run this again; it goes on from here",
    );
  }
  if (!existsSync("/usr/sbin/dockerd") && !existsSync("/usr/bin/dockerd")) {
    await aptInstall(["docker.io"], "No Docker engine answers", report);
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
  while (!(await engineIsThere())) {
    if (Date.now() > deadline) {
      throw new UserError(
        "the Docker engine did not start within a minute",
        `look into ${LOG} or journalctl -u docker`,
      );
    }
    await delay(250);
  }
}
