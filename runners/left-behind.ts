import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { UserError } from "../core/errors.ts";
import type { Report } from "./runner.ts";

/** The variable by which a process is known to work for a command that holds a lock. */
export const MARK = "EXPLOREIOT_AT_WORK";

/** As `run` gives a child that it ends. */
const GRACE_MS = 10_000;
const POLL_MS = 50;

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly program: string;
}

/**
 * Ends what a killed command started and nobody watches any more: a `terraform` or `docker compose` that goes on making
 * containers while the next command removes them. In order first, so that Terraform can save its state.
 * Only where there is a /proc; elsewhere Terraform's own lock is all that keeps the two apart.
 *
 * @throws UserError if such a process belongs to somebody else
 */
export async function endLeftBehind(mark: string, report: Report): Promise<void> {
  const found = working(mark);
  if (found.length === 0) return;
  const pids = new Set(found.map(({ pid }) => pid));
  // A provider of Terraform's is Terraform's to end.
  const first = found.filter(({ parent }) => !pids.has(parent));
  for (const { pid, program } of first) {
    report(`ending ${program} (pid ${pid}), which a killed command left behind`);
    end(pid, "SIGTERM", program);
  }
  const deadline = Date.now() + GRACE_MS;
  while (working(mark).length > 0 && Date.now() < deadline) await delay(POLL_MS);
  for (const { pid, program } of working(mark)) end(pid, "SIGKILL", program);
  while (working(mark).length > 0) await delay(POLL_MS);
}

function end(pid: number, signal: NodeJS.Signals, program: string): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ESRCH") return;
    throw new UserError(
      `${program} (pid ${pid}), which a killed command left behind, cannot be ended (${code})`,
      `end it as its owner or as root: kill ${pid}`,
    );
  }
}

function working(mark: string): readonly Process[] {
  const variable = `${MARK}=${mark}`;
  return processes().flatMap((pid) => {
    try {
      if (!readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(variable)) return [];
      const [, program = "", parent] =
        /^\d+ \((.*)\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? [];
      return [{ pid, parent: Number(parent), program }];
    } catch {
      // Ended meanwhile, or somebody else's, who cannot work for us.
      return [];
    }
  });
}

function processes(): readonly number[] {
  try {
    return readdirSync("/proc").flatMap((name) =>
      /^\d+$/.test(name) && Number(name) !== process.pid ? [Number(name)] : [],
    );
  } catch {
    return [];
  }
}
