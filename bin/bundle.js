const {
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} = require("node:fs");
const { basename, dirname, join } = require("node:path");
const { areInstalled } = require("./packages.js");

const root = dirname(__dirname);
const sources = [
  "main.ts",
  "config",
  "core",
  "services",
  "site",
  "firewall",
  "pki",
  "constructs",
  "stacks",
  "policies",
  "runners",
  "render",
  "cli",
];
const dist = join(root, "dist");

/** One file for each program, which is read whole when it starts: it needs nothing that a later build could take away. */
const PROGRAMS = { main: "main.ts", cli: "cli/main.ts" };

/** @param {string} entry */
const fileOf = (entry) => `${entry}.cjs`;

/** @satisfies {import("esbuild").Plugin} */
const imported = {
  name: "imported",
  setup: ({ onResolve }) =>
    onResolve({ filter: /\/core\/imported\.ts$/ }, () => ({ path: join(root, "bin", "imported.mjs") })),
};

/**
 * What every bundle of the kit has.
 *
 * @satisfies {import("esbuild").BuildOptions}
 */
const BUNDLING = {
  absWorkingDir: root,
  bundle: true,
  platform: "node",
  target: "node20",
  minifySyntax: true,
  minifyWhitespace: true,
  // cdktf zips TerraformAssets with archiver, which takes 90 ms to load; the kit has no such assets.
  // The other is for the JSON of each stack.
  alias: { archiver: "./bin/no-archiver.mjs", "json-stable-stringify": "./bin/stable-json.cjs" },
  plugins: [
    {
      // cdktf notes for each token the whole stack on which it was made, for its own error messages: an eighth of a synthesis.
      name: "no-creation-stacks",
      setup: ({ onResolve }) =>
        onResolve({ filter: /\/stack-trace$/ }, ({ importer }) =>
          /[\\/]cdktf[\\/]lib[\\/]/.test(importer)
            ? { path: join(root, "bin", "no-creation-stacks.mjs") }
            : undefined,
        ),
    },
    {
      // The messages of zod in 50 other languages: a quarter of what a verb loads.
      name: "no-locales",
      setup: ({ onResolve }) =>
        onResolve({ filter: /\/locales\/index\.js$/ }, ({ importer }) =>
          /[\\/]zod[\\/]v4[\\/]/.test(importer) ? { path: join(root, "bin", "no-locales.mjs") } : undefined,
        ),
    },
  ],
  logLevel: "silent",
};

/**
 * Makes dist/ from the sources when it is missing or older than one of them, and returns the path of one of its
 * programs. Running a bundle takes 0.13 s where running the sources through a compiler takes 0.5 s and more.
 *
 * @param {keyof typeof PROGRAMS} entry
 */
async function upToDate(entry) {
  const path = join(dist, fileOf(entry));
  const built = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const madeOf = [...sources, "package.json", "bin/bundle.js", "bin/stable-json.cjs"];
  const changed = newest(madeOf.map((name) => `${root}/${name}`));
  if (changed > built) await build(changed);
  return path;
}

/**
 * Each command asks this of a thousand files, and to join and tidy their paths took longer than to look at them.
 *
 * @param {string[]} paths
 * @returns {number} milliseconds since 1970
 */
function newest(paths) {
  let latest = 0;
  for (const path of paths) {
    const status = statSync(path, { throwIfNoEntry: false });
    if (status === undefined) continue;
    const inside = status.isDirectory() ? newest(readdirSync(path).map((name) => `${path}/${name}`)) : 0;
    latest = Math.max(latest, status.mtimeMs, inside);
  }
  return latest;
}

/** A fresh clone, or one that was updated: said instead of where Node or esbuild stumbled. */
function packagesAreMissing(error) {
  if (areInstalled(root)) throw error;
  process.stderr.write(
    `error: the packages of the kit are not installed in ${root}, or not all of them\n  → npm ci installs them; npm start does that, too, and deploys the local stack\n`,
  );
  return process.exit(1);
}

/**
 * A checkout on a read-only or full file system, or one that is another user's.
 *
 * @param {NodeJS.ErrnoException} error as a system call says it: any other is a bug
 * @returns {never}
 */
function notWritten(error) {
  if (error.syscall === undefined) throw error;
  process.stderr.write(
    `error: the programs of the kit cannot be put into ${dist}: ${error.message}\n  → run this as the user whose checkout it is, or clone it to where this user may write and the disk has room\n`,
  );
  return process.exit(1);
}

/**
 * Puts each program into its place by one rename. Its time is that of the newest source that it was made of, so that one which was
 * made while a source changed is made again, no matter which of two builds ended last.
 *
 * @param {number} changed milliseconds since 1970
 */
async function build(changed) {
  const { build } = await import("esbuild").catch(packagesAreMissing);
  const draft = `${dist}.${process.pid}`;
  try {
    const { outputFiles } = await build({
      ...BUNDLING,
      // Node, unlike esbuild, says of its errors which are the machine's.
      write: false,
      format: "cjs",
      outExtension: { ".js": ".cjs" },
      plugins: [...BUNDLING.plugins, imported],
      entryPoints: PROGRAMS,
      outdir: draft,
      define: { "import.meta.url": "__url" },
    }).catch(packagesAreMissing);
    // Of one that a killed command left, whose number this process has now.
    rmSync(draft, { recursive: true, force: true });
    mkdirSync(draft);
    mkdirSync(dist, { recursive: true });
    for (const { path, contents } of outputFiles) writeFileSync(join(draft, basename(path)), contents);
    const made = Object.keys(PROGRAMS).map(fileOf);
    for (const file of made) {
      utimesSync(join(draft, file), new Date(), new Date(Math.ceil(changed)));
      renameSync(join(draft, file), join(dist, file));
    }
    // Compiled code of the programs before.
    for (const file of readdirSync(dist))
      if (!made.includes(file)) rmSync(join(dist, file), { recursive: true, force: true });
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/**
 * The path of one of the programs, made of the sources that there are.
 *
 * @param {keyof typeof PROGRAMS} entry
 */
const bundled = (entry) => upToDate(entry).catch(notWritten);

module.exports = { BUNDLING, bundled };
