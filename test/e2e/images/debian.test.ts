import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { projectRoot } from "../../../core/home.ts";
import { POSTGRES_MAJOR } from "../../../core/postgres-major.ts";
import { isInstalled } from "../../../core/programs.ts";
import { run } from "../../../runners/run.ts";
import { titled } from "../../support/e2e.ts";
import { temporaryFolder, write } from "../../support/temporary-folder.ts";

const MIRROR = "http://deb.debian.org/debian";
const { suite } = (
  JSON.parse(readFileSync(join(projectRoot, "images/lock.json"), "utf8")) as {
    readonly debian: { readonly suite: string };
  }
).debian;

/** Packages by name that the images install, and those of the examples. */
function installed(): readonly string[] {
  const files = execFileSync("git", ["ls-files", "images", "apps", "examples"], {
    cwd: projectRoot,
    encoding: "utf8",
  });
  const dockerfiles = files.split("\n").filter((file) => /(^|\/)Dockerfile$/.test(file));
  const lists = dockerfiles.flatMap((file) => {
    const text = readFileSync(join(projectRoot, file), "utf8").replaceAll("\\\n", " ");
    return [...text.matchAll(/apt-get install ((?:[ \w.+$-])+)/g)].map(([, words = ""]) => words);
  });
  const words = lists.flatMap((list) => list.replaceAll("$MAJOR", String(POSTGRES_MAJOR)).split(/\s+/));
  return [...new Set(words.filter((word) => word !== "" && !word.startsWith("-")))].sort();
}

/** apt for a machine of its own, which has nothing installed. */
function aptOf(folder: string, architecture: string) {
  for (const place of ["state/lists/partial", "cache/archives/partial"])
    mkdirSync(join(folder, place), { recursive: true });
  const suites = [`${MIRROR} ${suite}`, `${MIRROR} ${suite}-updates`, `${MIRROR}-security ${suite}-security`];
  const lines = suites.map((line) => `deb [arch=${architecture}] ${line} main`);
  const options = {
    "APT::Architecture": architecture,
    "APT::Architectures::": architecture,
    "Acquire::Languages": "none",
    "Dir::Etc::sourcelist": write(folder, "sources.list", `${lines.join("\n")}\n`),
    "Dir::Etc::sourceparts": "-",
    "Dir::State": join(folder, "state"),
    "Dir::State::status": write(folder, "status", ""),
    "Dir::Cache": join(folder, "cache"),
  };
  const told = Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
  return (...args: readonly string[]) =>
    run(["apt-get", ...told, ...args], { expected: [0, 100], env: { LC_ALL: "C" } });
}

const reason = isInstalled("apt-get") ? undefined : "apt-get is not installed";

test.skipIf(reason)(
  titled("every Debian package of the images can be installed on arm64, with all that it needs", reason),
  { timeout: 180_000 },
  async (context) => {
    const apt = aptOf(temporaryFolder(), "arm64");
    const { code } = await apt("update", "-qq", "--error-on=any");
    context.skip(code !== 0, `${MIRROR} is not reached`);
    const packages = installed();
    const { stdout, stderr } = await apt(
      "install",
      "-qq",
      "--simulate",
      "--no-install-recommends",
      ...packages,
    );
    const found = new Set(
      [...stdout.matchAll(/^Inst (\S+) \(.* \[(?:arm64|all)\]\)/gm)].map(([, name]) => name),
    );

    expect(packages).toContain(`postgresql-${POSTGRES_MAJOR}`);
    expect(
      packages.filter((name) => !found.has(name)),
      stderr,
    ).toEqual([]);
  },
);
