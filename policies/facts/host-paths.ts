import { posix } from "node:path";

/** `/var//run/../run/` is `/var/run`. */
function normal(path: unknown): string {
  const text = posix.normalize(String(path));
  return text.length > 1 ? text.replace(/\/$/, "") : text;
}

const SOCKET = /(^|\/)(docker|containerd|podman|crio|dockershim|buildkitd|cri-dockerd)\.sock$/;
const SOCKET_FOLDER = /^\/(var\/)?run\/(docker|containerd|podman|crio|buildkit)$/;

/** Anyone who can write to one of these is root on the host. */
export const isRuntimeSocket = (path: unknown): boolean =>
  SOCKET.test(normal(path)) || SOCKET_FOLDER.test(normal(path));

/** They hold others: who has one has all below it. */
const PARENTS = /^(\/|\/var|\/var\/lib|\/home|\/home\/[^/]+|~)$/;

/** The system itself, and everything in it. */
const SYSTEM =
  /^\/(boot|dev|etc|lib(32|64|x32)?|bin|sbin|proc|sys|usr|root|run|var\/run|var\/lib\/(docker|containerd))(\/|$)/;

/** Keys of a person, wherever the home folder is. */
const KEYS = /(^|\/)\.(ssh|aws|docker|kube|gnupg)(\/|$)/;

/** They tell the time zone and nothing else. */
const HARMLESS = new Set(["/etc/localtime", "/etc/timezone"]);

/** Whether a host path leads to the system, to the state of the engine or to a person's keys. */
export function isSensitive(path: unknown): boolean {
  const text = normal(path);
  return !HARMLESS.has(text) && (PARENTS.test(text) || SYSTEM.test(text) || KEYS.test(text));
}
