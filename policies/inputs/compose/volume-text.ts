import { posix } from "node:path";
import type { Block } from "../../values.ts";

const PROPAGATION = /^r?(?:shared|slave|private)$/;

/**
 * A mount in its short form, `[source:]target[:options]`, in the long one. A path is bound; a name is a volume.
 *
 * @returns undefined if it has a part that is empty, or more than three
 */
export function parseVolume(text: string): Block | undefined {
  const parts = split(text);
  const [first = "", second, options = "", more] = parts;
  if (parts.includes("") || more !== undefined) return undefined;
  if (second === undefined) return { type: "volume", target: clean(first) };
  const isBind = /^(?:[./~]|\$|\\\\|[A-Za-z]:)/.test(first);
  return {
    type: isBind ? "bind" : "volume",
    source: first,
    target: clean(second),
    ...(isBind ? { bind: { create_host_path: true, ...bindOptions(options) } } : {}),
    ...flags(options),
  };
}

/** Between colons, but for those of an unknown value and of a drive of Windows. */
const split = (text: string): readonly string[] =>
  text.match(/(?:\$\{[^}]*\}|^[A-Za-z]:(?=[\\/])|[^:])+|(?<=:|^)(?=:|$)/g) ?? [];

export const clean = (path: string): string => posix.normalize(path).replace(/(?<=.)\/$/, "");

function bindOptions(options: string): Block {
  const all = options.split(",");
  const propagation = all.findLast((option) => PROPAGATION.test(option));
  const selinux = all.findLast((option) => /^z$/i.test(option));
  return {
    ...(propagation === undefined ? {} : { propagation }),
    ...(selinux === undefined ? {} : { selinux }),
  };
}

function flags(options: string): Block {
  const all = options.split(",");
  return {
    ...(all.findLast((option) => option === "ro" || option === "rw") === "ro" ? { read_only: true } : {}),
    ...(all.includes("nocopy") ? { volume: { nocopy: true } } : {}),
  };
}
