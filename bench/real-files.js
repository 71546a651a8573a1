import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { join, relative, resolve } from "node:path";
import { bundle } from "./support/bundle.js";
import { load } from "./support/machine.js";
import { root, run } from "./support/process.js";
import { quantile } from "./support/statistics.js";

const usage = `node bench/real-files.js FOLDER

Judges the compose files of other projects, which lie in FOLDER/OWNER/REPOSITORY, and writes docs/policies-measured.md.
Nothing is downloaded: clone what is to be judged.
`;

const PAGE = "docs/policies-measured.md";

/** @typedef {import("./support/judge-files.js").Judged} Judged */

const [, , folder] = process.argv;
if (folder === undefined) {
  process.stderr.write(usage);
  process.exit(1);
}
const repositories = foldersIn(resolve(folder)).flatMap(foldersIn);
const before = load();
const sources = await judged(repositories);
writeFileSync(join(root, PAGE), page(sources));
process.stdout.write(`${PAGE}: ${sources.flatMap(({ judged }) => judged).length} projects\n`);

/** @param {string} path */
function foldersIn(path) {
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => join(path, name))
    .sort();
}

/**
 * @param {readonly string[]} folders
 * @returns {Promise<readonly { folder: string, judged: readonly Judged[] }[]>}
 */
async function judged(folders) {
  const workspace = mkdtempSync(join(tmpdir(), "exploreiot-bench-"));
  try {
    const judge = await bundle("bench/support/judge-files.js", join(workspace, "judge.mjs"));
    const { stdout } = await run(["node", judge, ...folders]);
    return JSON.parse(stdout);
  } finally {
    rmSync(workspace, { recursive: true, force: true });
  }
}

/** @param {readonly { folder: string, judged: readonly Judged[] }[]} sources */
function page(sources) {
  const all = sources.flatMap(({ judged }) => judged);
  return [
    "# Policies on public compose files",
    "",
    "Written by `node bench/real-files.js FOLDER`, which judges the compose files that lie in a folder as",
    "`policy check` does in profile `compose`. The files are those of the repositories below and are not part of this one. A project is a file, or",
    "a file with those that are laid over it. *Refused*: it cannot be read as Compose reads it. *Unclear*: something in it is not",
    "understood, or names a file that is not there, so the verdict is that nobody can judge it. Findings are counted in what",
    "was read. Time is from reading the files to the last finding, in one process that has judged 20 projects before.",
    "",
    `Measured ${new Date().toISOString().slice(0, 10)} with Node ${process.versions.node} on ${cpus().length} cores (${cpus()[0]?.model}); load before: ${before}, which makes times too high above the number of cores.`,
    "",
    "| repository | projects | services | refused | unclear | with a critical finding | critical a project | high a project | all a project | median | p95 |",
    "|---|---|---|---|---|---|---|---|---|---|---|",
    ...sources.map(({ folder, judged }) => row(nameOf(folder), judged)),
    row("all", all),
    "",
  ].join("\n");
}

/** @param {string} path */
function nameOf(path) {
  const name = relative(resolve(String(folder)), path);
  return `[${name}](https://github.com/${name})`;
}

/**
 * @param {string} name
 * @param {readonly Judged[]} projects
 */
function row(name, projects) {
  const read = projects.filter(({ refused }) => !refused);
  /** @param {(project: Judged) => number} of */
  const mean = (of) => (read.reduce((sum, project) => sum + of(project), 0) / read.length).toFixed(1);
  /** @param {string} severity */
  const a = (severity) => mean(({ findings }) => findings[severity] ?? 0);
  const times = read.map(({ ms }) => ms);
  const critical = read.filter(({ findings }) => (findings.critical ?? 0) > 0).length;
  return `| ${[
    name,
    projects.length,
    read.reduce((sum, { services }) => sum + services, 0),
    projects.length - read.length,
    read.filter(({ unclear }) => unclear).length,
    `${critical} (${Math.round((100 * critical) / read.length)} %)`,
    a("critical"),
    a("high"),
    mean(({ findings }) => Object.values(findings).reduce((sum, count) => sum + count, 0)),
    `${quantile(times, 0.5).toFixed(1)} ms`,
    `${quantile(times, 0.95).toFixed(1)} ms`,
  ].join(" | ")} |`;
}
