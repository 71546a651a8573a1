import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../core/errors.ts";
import { isInstalled } from "../../core/programs.ts";
import { run } from "../../runners/run.ts";

/** Root file systems and programs of other releases: some hundred MB each, so they are kept. */
const STORE = process.env.EXPLOREIOT_ENGINES ?? "/var/tmp/exploreiot-engines";

/** Packages that an engine of another release needs besides its own. */
const PACKAGES =
  "docker.io,iptables,nftables,iproute2,procps,ca-certificates,kmod,rootlesskit,slirp4netns,uidmap";

/** Engine 29 as its makers publish it for Go: no Debian release has it yet. */
const MOBY = "github.com/moby/moby/v2/cmd";
const MOBY_VERSION = "v2.0.0-beta.24";
const MOBY_TAGS =
  "netgo,osusergo,no_systemd,exclude_graphdriver_btrfs,exclude_graphdriver_devicemapper,exclude_disk_quota";

/** A root file system with an engine, and a folder of programs that go before its own. */
export interface EngineRoot {
  readonly root: string;
  readonly programs?: string;

  /** Whether an ordinary user runs it. @default - root does */
  readonly isRootless?: boolean;
}

/**
 * A Debian release with its Docker engine.
 *
 * @throws UserError if it cannot be made here
 */
export async function debianRoot(suite: string): Promise<EngineRoot> {
  const root = join(STORE, "roots", suite);
  if (existsSync(root)) return { root };
  if (process.getuid?.() !== 0 || !isInstalled("mmdebstrap"))
    throw new UserError("needs root, and mmdebstrap for a root file system");
  mkdirSync(join(STORE, "roots"), { recursive: true });
  const draft = `${root}.${process.pid}`;
  const options = ["--variant=minbase", `--include=${PACKAGES}`, "--aptopt=Acquire::Check-Valid-Until false"];
  await run(["mmdebstrap", "--quiet", ...options, suite, draft, await debianMirror()]);
  renameSync(draft, root);
  return { root };
}

/** Where this machine's apt finds Debian; elsewhere Debian's own address. */
async function debianMirror(): Promise<string> {
  const { stdout } = await run(["apt-get", "indextargets", "--format", "$(ORIGIN) $(SUITE) $(REPO_URI)"]);
  const found = stdout.split("\n").find((line) => /^Debian (?!.*security)/.test(line));
  return found?.split(" ").at(-1) ?? "http://deb.debian.org/debian";
}

/**
 * Engine 29 in the newest Debian: built from its module, an hour on two busy cores.
 *
 * @throws UserError if it cannot be made here
 */
export async function mobyRoot(): Promise<EngineRoot> {
  const programs = join(STORE, `moby-${MOBY_VERSION}`);
  if (!existsSync(programs)) {
    if (!isInstalled("go")) throw new UserError("needs Go, to build the engine from its module");
    const draft = `${programs}.${process.pid}`;
    const modules = ["dockerd", "docker-proxy"].map((name) => `${MOBY}/${name}@${MOBY_VERSION}`);
    await run(["nice", "go", "install", "-tags", MOBY_TAGS, ...modules], {
      env: { GOBIN: draft, CGO_ENABLED: "0", GOTOOLCHAIN: "auto" },
    });
    renameSync(draft, programs);
  }
  return { ...(await debianRoot("sid")), programs };
}

/**
 * Changes the root of what follows, in mounts of its own: `SCRIPT ROOT SHARED PROGRAMS COMMAND…`. Not chroot: what is
 * started in a container would then have the machine's own root. `SHARED` is there under the same path.
 */
const ENTER = `set -eu
root=$1 shared=$2 programs=$3; shift 3
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount --rbind /sys/fs/cgroup "$root/sys/fs/cgroup"
mount --rbind /dev "$root/dev"
for place in run tmp mnt; do mount -t tmpfs tmpfs "$root/$place"; done
mkdir -p "$root$shared" "$root/mnt/programs" "$root/run/machine"
mount --bind "$shared" "$root$shared"
[ "$programs" = - ] || mount --bind "$programs" "$root/mnt/programs"
cd "$root"
pivot_root . run/machine
cd /
umount -l /run/machine
export PATH=/mnt/programs:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
exec "$@"
`;

/** The command that runs another one inside a root file system. */
export function enter(
  { root, programs }: EngineRoot,
  shared: string,
  argv: readonly string[],
): readonly string[] {
  const script = join(shared, "enter.sh");
  writeFileSync(script, ENTER);
  const inside = [root, shared, programs ?? "-", ...argv];
  return ["unshare", "--mount", "--propagation", "private", "sh", script, ...inside];
}
