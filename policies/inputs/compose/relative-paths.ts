import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { type Block, isBlock } from "../../values.ts";
import { mapped, transformed } from "./tree.ts";

/** Makes every path absolute that counts from a project's folder. */
export function withAbsolutePaths(value: Block, folder: string): Block {
  const path = (given: unknown) => absolute(given, folder);
  const context = (given: unknown) => (isElsewhere(given) ? given : path(given));
  return transformed(value, [
    ["services.*.build.context", context],
    ["services.*.build.additional_contexts.*", context],
    ["services.*.build.ssh.*", path],
    ["services.*.env_file.[].path", path],
    ["services.*.label_file.[]", path],
    ["services.*.extends.file", path],
    ["services.*.develop.watch.[].path", path],
    ["services.*.volumes.[]", (mount) => bound(mount, path)],
    ["services.*.x-exploreiot-files.[].source", path],
    ["configs.*.file", path],
    ["secrets.*.file", path],
    ["volumes.*", (volume) => device(volume, path)],
  ]) as Block;
}

type Change = (given: unknown) => unknown;

/** Absolute, with `~` as the home folder. A path that begins with an unknown value may be anywhere. */
export function absolute(given: unknown, folder: string): unknown {
  if (typeof given !== "string" || given === "" || isElsewhere(given)) return given;
  if (/^~(?=\/|$)/.test(given)) return join(process.env.HOME ?? homedir(), given.slice(1));
  return isAbsolute(given) || /^(?:\$\{|[A-Za-z]:[\\/]|\\\\)/.test(given)
    ? given
    : join(folder, given).replace(/(?<=.)\/$/, "");
}

/** A repository, an address, or what another service builds. */
export const isElsewhere = (path: unknown): boolean =>
  typeof path === "string" && /:\/\/|^(?:service:|oci:|github\.com\/|git@)/.test(path);

const bound = (mount: unknown, path: Change): unknown =>
  isBlock(mount) && mount.type === "bind" ? { ...mount, source: path(mount.source) } : mount;

/** A volume of the local driver can be a bind mount by its options. */
function device(volume: unknown, path: Change): unknown {
  if (!isBlock(volume) || volume.driver !== "local" || !isBlock(volume.driver_opts)) return volume;
  if (volume.driver_opts.o !== "bind") return volume;
  const options = mapped(volume.driver_opts, (given, key) => (key === "device" ? path(given) : given));
  return { ...volume, driver_opts: options };
}
