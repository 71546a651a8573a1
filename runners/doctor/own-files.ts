import { lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { type Finding, ok, problem, unknown } from "./finding.ts";

/** Whether nobody but this user can read what the deployment keeps on this machine, and this user can. */
export function ownFiles(home: string): Finding {
  const found = walk(home);
  if (found === undefined)
    return unknown("files.modes", `${home} cannot be read`, "run as the user who made this deployment");
  const me = process.getuid?.();
  const open = found.filter(({ mode }) => (mode & 0o077) !== 0);
  const others = found.filter(({ uid }) => me !== undefined && me !== 0 && uid !== me);
  if (open.length === 0 && others.length === 0)
    return ok("files.modes", `${home}: ${found.length} files and folders, all closed to others`);
  const named = [...new Set([...open, ...others].map(({ path }) => path))].slice(0, 5).join(", ");
  return problem(
    "files.modes",
    `${home}: ${open.length} open to others, ${others.length} of another owner: ${named}`,
    `chmod -R go= ${home}`,
    ...(others.length === 0 ? [] : [`give them back to the user who deploys: chown -R USER ${home}`]),
  );
}

/** The same as a warning, for verbs that would say nothing of it otherwise; empty where all is well. */
export function openFiles(home: string): readonly string[] {
  const { state, evidence, remedy } = ownFiles(home);
  return state === "problem" ? [[evidence, ...remedy].join("; ")] : [];
}

interface Entry {
  readonly path: string;
  readonly mode: number;
  readonly uid: number;
}

/** Files below a closed folder count too: a copy or a backup of it keeps these modes. */
function walk(path: string): readonly Entry[] | undefined {
  try {
    const { mode, uid } = lstatSync(path);
    const own = { path, mode: mode & 0o777, uid };
    const inside = readdirSync(path, { withFileTypes: true }).flatMap((entry) => {
      const at = join(path, entry.name);
      if (entry.isDirectory()) return walk(at) ?? [];
      if (!entry.isFile()) return [];
      const { mode, uid } = lstatSync(at);
      // Certificates are public.
      return at.endsWith(".crt") || at.endsWith(".pem") ? [] : [{ path: at, mode: mode & 0o777, uid }];
    });
    return [own, ...inside];
  } catch {
    return undefined;
  }
}
