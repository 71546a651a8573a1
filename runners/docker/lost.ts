import { UserError } from "../../core/errors.ts";
import { lastLines } from "./last-lines.ts";
import type { Lost } from "./watcher.ts";

/** The error of an `up` that was ended because a container cannot become healthy. */
export async function lostError({ spec, why }: Lost): Promise<UserError> {
  const lines = (await lastLines(spec.name)).map((line) => `    ${line}`);
  return new UserError(
    [`${spec.name} cannot become healthy: it ${why}`, ...lines].join("\n"),
    remedy(why, spec.limitsAt),
    `docker logs ${spec.name} shows more; the next up goes on from there`,
  );
}

function remedy(why: string, limitsAt: string | undefined): string {
  if (why.includes("out of memory"))
    return limitsAt === undefined ? "report this limit" : `raise ${limitsAt}.memoryMiB`;
  if (/exit code 12[67]/.test(why)) return "check the command, and that the image has its program";
  if (why.startsWith("ended")) return "fix what its last words tell of";
  return "check the port and the path of its health; if it only starts slowly, raise health.startPeriodSeconds";
}

/** The error of an engine, with what it kept to itself: which containers failed and were not healthy since, and why. */
export function explained(error: unknown, troubles: readonly Lost[]): unknown {
  if (!(error instanceof UserError) || troubles.length === 0) return error;
  const lines = troubles.map(({ spec, why }) => `${spec.name} ${why}`);
  const remedies = new Set(troubles.map(({ spec, why }) => remedy(why, spec.limitsAt)));
  return new UserError([error.message, ...lines].join("\n"), ...remedies, ...error.remedy);
}
