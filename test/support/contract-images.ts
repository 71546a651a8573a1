import { projectRoot } from "../../core/home.ts";
import type { ParentImage } from "../../core/image-recipe.ts";
import { imageRecipes, type KitImage } from "../../core/images.ts";
import { ensureImages } from "../../runners/images/ensure.ts";
import { run } from "../../runners/run.ts";
import { OFFICIAL, SLIM } from "../images/official-programs.ts";

/**
 * Images that are to the kit what the official ones are: their programs at their places, their user, entrypoint and
 * environment, and no other program. The programs inside come from packages, since no registry need be reached.
 */
export async function buildContractImage(name: string): Promise<string> {
  // The official Node brings npm along, which the kit's has in an image of its own.
  const source = name === "node" ? "node-build" : name;
  const recipes = imageRecipes(projectRoot, [source as KitImage | ParentImage], { source: "packages" });
  const from = recipes.at(-1)?.tag as string;
  await ensureImages(recipes, { projectRoot, needed: [from], report: () => undefined });
  const tag = `exploreiot-contract/${name}:test`;
  await run(["docker", "build", "--quiet", "--force-rm", `--tag=${tag}`, "-"], {
    env: { DOCKER_BUILDKIT: "0" },
    input: `FROM ${from}\n${SHAPES[name]?.join("\n") ?? ""}\n`,
  });
  return tag;
}

/** A file with its mode, in one instruction that the classic builder knows. */
const file = (path: string, mode: string, ...lines: readonly string[]) =>
  `RUN printf '%s\\n' ${lines.map((line) => `'${line.replaceAll("'", `'\\''`)}'`).join(" ")} >${path}; chmod ${mode} ${path}`;

const entrypoint = (...lines: readonly string[]) => [
  file("/usr/local/bin/docker-entrypoint.sh", "0755", "#!/bin/sh", "set -e", ...lines),
  'ENTRYPOINT ["docker-entrypoint.sh"]',
];

/** Puts programs where the official recipe has them. */
const moved = (name: string, from: string, folder: string) =>
  `RUN mv ${from} ${folder}/${name}; chmod 0755 ${folder}/${name}`;

/** Takes every program away that the official image does not have; Perl does it, since it needs no other. */
const without = (name: string) => {
  const installed = Object.values(OFFICIAL[name]?.installs ?? {}).flat();
  const kept = [...SLIM, ...installed, "docker-entrypoint.sh"].join(" ");
  const folders = "/bin /sbin /usr/bin /usr/sbin /usr/local/bin /usr/local/sbin /usr/lib/postgresql/17/bin";
  return `RUN ["perl", "-e", "my %kept = map { $_ => 1 } split / /, shift; for my $folder (split / /, shift) { opendir(my $open, $folder) or next; unlink(\\"$folder/$_\\") for grep { !/^[.]/ && !$kept{$_} } readdir $open }", "${kept}", "${folders}"]`;
};

const ROOT = "USER root";

const SHAPES: Readonly<Record<string, readonly string[]>> = {
  base: [
    "RUN rm /etc/apt/sources.list",
    file(
      "/etc/apt/sources.list.d/debian.sources",
      "0644",
      "Types: deb",
      "URIs: http://nowhere.invalid/debian",
      "Suites: trixie",
      "Components: main",
    ),
  ],
  redis: [
    ROOT,
    moved("valkey-server", "/usr/bin/valkey-check-rdb", "/usr/local/bin"),
    ...entrypoint(
      'case $1 in -* | *.conf) set -- valkey-server "$@" ;; esac',
      '[ "$(umask)" != 0022 ] || umask 0077',
      'exec "$@" $VALKEY_EXTRA_FLAGS',
    ),
    "WORKDIR /data",
    'CMD ["valkey-server"]',
    without("redis"),
  ],
  postgres: [
    ROOT,
    "RUN localedef -i en_US -f UTF-8 en_US.UTF-8",
    "RUN install -d -o 999 -g 999 -m 3777 /run/postgresql; install -d -o 999 -g 999 -m 1777 /var/lib/postgresql/data",
    "ENV LANG=en_US.utf8 PGDATA=/var/lib/postgresql/data PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/usr/lib/postgresql/17/bin",
    ...entrypoint("echo the entrypoint of the official image is never used >&2", "exit 64"),
    without("postgres"),
  ],
  node: [
    "RUN groupadd --gid 1000 node; useradd --uid 1000 --gid node --shell /bin/bash --create-home node",
    ...entrypoint(
      'if [ "${1#-}" != "$1" ] || [ -z "$(command -v "$1")" ] || { [ -f "$1" ] && ! [ -x "$1" ]; }; then set -- node "$@"; fi',
      'exec "$@"',
    ),
    'CMD ["node"]',
    without("node"),
  ],
  python: [
    // Nothing of Debian's own Python by its name, as there.
    "RUN rm /usr/bin/python3; ln -s ../../bin/python3.13 /usr/local/bin/python3",
    'CMD ["python3"]',
    without("python"),
  ],
};
