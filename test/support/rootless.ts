import { chownSync, existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { isInstalled } from "../../core/programs.ts";

/** A user that every system has, with its number. */
export const ORDINARY = { name: "daemon", id: 1 } as const;

/** Docker's own script, where Debian has it. */
export const DEBIAN_SCRIPT = "/usr/share/docker.io/contrib/dockerd-rootless.sh";

/** Where Docker's own packages have it, and Debian's. */
const SCRIPT = ["/usr/bin/dockerd-rootless.sh", DEBIAN_SCRIPT].find(existsSync);
const PROGRAMS = ["rootlesskit", "slirp4netns", "newuidmap", "setpriv"];

/** Why no engine can run without root here; undefined where one can. */
export function rootlessMissing(): string | undefined {
  const absent = [
    ...(SCRIPT === undefined ? ["dockerd-rootless.sh"] : []),
    ...PROGRAMS.filter((name) => !isInstalled(name)),
  ];
  return absent.length === 0 ? undefined : `${absent.join(", ")} is not installed`;
}

/**
 * The command that runs an engine of an ordinary user, by Docker's own script.
 *
 * @param folder which is that user's from now on: the engine keeps everything in it
 * @param subordinates the file that says which ids it may use, seen by nobody else
 * @param options of dockerd
 * @param script by default the one of this machine
 */
export function withoutRoot(
  folder: string,
  subordinates: string,
  options: readonly string[],
  script = SCRIPT as string,
): readonly string[] {
  const { name, id } = ORDINARY;
  const runtime = join(folder, "runtime");
  mkdirSync(runtime);
  for (const path of [folder, runtime]) chownSync(path, id, id);
  const ids = 'for file in /etc/subuid /etc/subgid; do mount --bind "$0" "$file"; done';
  const user = [`--reuid=${name}`, `--regid=${name}`, "--clear-groups"];
  const argv = ["env", `HOME=${folder}`, `XDG_RUNTIME_DIR=${runtime}`, "setpriv", ...user];
  return [
    ...["unshare", "--mount", "sh", "-euc", `${ids}; exec "$@"`, subordinates],
    ...argv,
    ...["sh", script, ...options],
  ];
}
