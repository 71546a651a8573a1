import { runs } from "../facts/deliveries.ts";
import { containerSpec, RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { asNumber, blocks, isBlock, isKnown, must } from "../values.ts";

const MIB = 1024 * 1024;
const NEEDED_MIB = 128;

export const sharedMemoryIsEnough = definePolicy({
  id: "PGS-008",
  severity: "low",
  title: "PostgreSQL has shared memory for parallel queries",
  why: "A parallel query takes its memory from /dev/shm: with Docker's 64 MiB it fails on a machine with disk and memory left.",
  avoid: `image: postgres:17
shm_size: 64m`,
  prefer: `image: postgres:17
shm_size: 256m`,
  allowed: `shm_size of ${NEEDED_MIB} MiB or more, or a tmpfs of that size at /dev/shm`,
  fix: `set shm_size to ${NEEDED_MIB}`,
  source: "docker-library/postgres, Caveats: shm-size",
  looksAt: RUNS,
  where: runs("postgres"),
  check: (container) => {
    const spec = containerSpec(container);
    const size = tmpfsSize(spec.tmpfs) ?? mountSize(blocks(spec, "mounts"));
    if (size === undefined) return must(spec, "shm_size", (value) => asNumber(value) >= NEEDED_MIB);
    return size >= NEEDED_MIB ? [] : [`the tmpfs at /dev/shm has ${size} MiB`];
  },
});

/** MiB of the tmpfs at /dev/shm; 0 for a size that is not stated in bytes, KiB, MiB or GiB. */
function tmpfsSize(tmpfs: unknown): number | undefined {
  const options = isBlock(tmpfs) ? tmpfs["/dev/shm"] : undefined;
  if (options === undefined || !isKnown(options)) return undefined;
  const [, digits = "0", unit = ""] = /\bsize=(\d+)([kmg]?)/i.exec(String(options)) ?? [];
  return Number(digits) * ({ k: 1 / 1024, m: 1, g: 1024 }[unit.toLowerCase()] ?? 1 / MIB);
}

function mountSize(mounts: readonly Readonly<Record<string, unknown>>[]): number | undefined {
  const mount = mounts.find(({ type, target }) => type === "tmpfs" && target === "/dev/shm");
  if (mount === undefined) return undefined;
  return asNumber(blocks(mount, "tmpfs_options")[0]?.size_bytes ?? 0) / MIB;
}
