import {
  appendFileSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../../core/home.ts";
import { type RunResult, run } from "../../runners/run.ts";

const QUIET = ["--omit=dev", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"] as const;

const CODES = [0, 1, 2, 70, 130];

/** Packs this checkout into a folder, and returns the tarball's path. */
export async function pack(folder: string): Promise<string> {
  const { stdout } = await run(["npm", "pack", "--silent", "--pack-destination", folder], {
    cwd: projectRoot,
  });
  return join(folder, stdout.trim().split("\n").at(-1) as string);
}

/**
 * The same package as its next version, in which the entrypoint of PostgreSQL has changed: an upgrade that replaces the
 * container with the data.
 */
export async function nextVersion(tarball: string, version: string): Promise<string> {
  const folder = `${tarball}.next`;
  cpSync(tarball, join(folder, "old.tgz"), { recursive: true });
  await run(["tar", "-xzf", "old.tgz"], { cwd: folder });
  const manifest = join(folder, "package", "package.json");
  const json = JSON.parse(readFileSync(manifest, "utf8"));
  writeFileSync(manifest, JSON.stringify({ ...json, version }));
  appendFileSync(join(folder, "package", "images", "postgres", "entrypoint.sh"), "# changed\n");
  const next = join(folder, `exploreiot-${version}.tgz`);
  await run(["tar", "-czf", next, "package"], { cwd: folder });
  return next;
}

/** The files in a tarball, relative to the package. */
export async function filesIn(tarball: string): Promise<readonly string[]> {
  const { stdout } = await run(["tar", "-tzf", tarball]);
  return stdout
    .trim()
    .split("\n")
    .map((path) => path.replace(/^package\//, ""))
    .sort();
}

/** A folder of somebody who uses the package: far from the checkout, so nothing is found in its node_modules. */
export class PackageUser {
  readonly folder = mkdtempSync(join(tmpdir(), "exploreiot-user-"));
  readonly package = join(this.folder, "node_modules", "exploreiot");

  /**
   * Has what another one has installed, before anything is installed here: npm then adds what differs, and need not unpack
   * the rest again. Links to its files, which npm replaces and never writes into.
   */
  async startFrom({ folder }: PackageUser): Promise<void> {
    await run(["cp", "--archive", "--link", join(folder, "node_modules"), this.folder]);
  }

  /** Installs what package.json names, and these. */
  async install(...packages: readonly string[]): Promise<void> {
    await run(["npm", "install", ...QUIET, ...packages], { cwd: this.folder });
  }

  /** Runs a program that is installed here; any exit code is an answer. */
  npx(program: string, args: readonly string[], cwd = this.folder): Promise<RunResult> {
    return run(["npx", "--no-install", program, ...args], { cwd, expected: CODES });
  }

  /** The program that npx would start. */
  kit(...args: readonly string[]): Promise<RunResult> {
    const program = join(this.folder, "node_modules", ".bin", "exploreiot");
    return run([program, ...args], { cwd: this.folder, expected: CODES });
  }

  read(...path: readonly string[]): string {
    return readFileSync(join(this.folder, ...path), "utf8");
  }

  write(path: string, text: string): void {
    writeFileSync(join(this.folder, path), text);
  }

  /** The files in the package's folder now. */
  installedFiles(): readonly string[] {
    return readdirSync(this.package, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(this.package.length + 1))
      .sort();
  }

  /** The secrets of a deployment, by name. */
  secrets(deployment: string): Readonly<Record<string, string>> {
    const folder = join(this.folder, ".exploreiot", deployment, "secrets");
    return Object.fromEntries(
      readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]),
    );
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
