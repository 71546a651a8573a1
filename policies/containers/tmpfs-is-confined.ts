import type { Resource } from "../document.ts";
import { type Evidence, unknown } from "../evidence.ts";
import { mountsOf } from "../facts/mounts.ts";
import { containerSpec, RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { asNumber, type Block, isBlock, isKnown, must, nested, show } from "../values.ts";

export const tmpfsIsConfined = definePolicy({
  id: "CTR-008",
  severity: "low",
  title: "every tmpfs has a size and runs nothing",
  why: "A tmpfs without a size may take half of the host's memory; one that is executable is where an intruder puts his program when the root is read-only.",
  avoid: "tmpfs: [/tmp]",
  prefer: 'tmpfs: ["/tmp:size=16m,noexec,nosuid,nodev"]',
  allowed: "tmpfs with size=, noexec, nosuid and nodev; mounts of type tmpfs with size_bytes greater than 0",
  fix: "write the options out, for example size=16m,noexec,nosuid,nodev",
  words: {
    compose: {
      allowed: "tmpfs with size=, noexec, nosuid and nodev",
      fix: 'write tmpfs: ["/run:size=16m,noexec,nosuid,nodev"]',
    },
  },
  source: "CIS Docker Benchmark 1.6.0, 5.13; tmpfs(5)",
  looksAt: RUNS,
  where: (resource) =>
    (containerSpec(resource).tmpfs ?? undefined) !== undefined || mounted(resource).length > 0,
  check: (resource) => [
    ...Object.entries(tmpfsOf(containerSpec(resource))).flatMap(([path, options]) => problems(path, options)),
    ...mounted(resource).flatMap(({ block, target }) =>
      must(
        nested(block, "tmpfs_options"),
        "size_bytes",
        (size) => asNumber(size) > 0,
        `size_bytes of the tmpfs ${show(target)}`,
      ),
    ),
  ],
});

const mounted = (resource: Resource) => mountsOf(resource).filter(({ type }) => type === "tmpfs");

function tmpfsOf({ tmpfs = {} }: Block): Block {
  if (!isBlock(tmpfs)) throw new Error(`tmpfs is ${show(tmpfs)}, not a map of paths to options`);
  return tmpfs;
}

/** The engine adds noexec, nosuid and nodev by itself, until an option says the opposite. */
function problems(path: string, value: unknown): readonly Evidence[] {
  if (!isKnown(value))
    return [unknown(`options of the tmpfs ${show(path)} are ${show(value)}, known only at apply`)];
  const options = String(value).split(",");
  const missing = ["noexec", "nosuid", "nodev"].filter(
    (option) => !options.includes(option) || options.includes(option.replace(/^no/, "")),
  );
  if (!options.some((option) => /^size=[1-9]/.test(option))) missing.unshift("size");
  return missing.length === 0
    ? []
    : [`options of the tmpfs ${show(path)} are ${show(value)}, without ${missing.join(", ")}`];
}
