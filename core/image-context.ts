import { createHash } from "node:crypto";
import { join } from "node:path";
import dockerIgnore from "@balena/dockerignore";
import { UserError } from "./errors.ts";
import { fileProblem } from "./file-problem.ts";
import type { ImageRecipe } from "./image-recipe.ts";
import { existsSync, readdirSync, readFileSync, readlinkSync, readPlainFile, statSync } from "./inputs.ts";

type HashedParts = Pick<
  ImageRecipe,
  "context" | "dockerfile" | "target" | "buildArgs" | "parents" | "rootfs"
>;

/** Not over mtime, owner or the folder's name: the same tree gives the same tag on every machine. */
export function contextHash(
  root: string,
  name: string,
  { context, ...parts }: HashedParts,
  choice: unknown,
): string {
  const folder = join(root, context);
  const hash = createHash("sha256").update(JSON.stringify([choice, parts]));
  const add = (label: string, bytes: Uint8Array) =>
    hash.update(`\0${label}\0${bytes.length}\0`).update(bytes);
  if (!parts.rootfs) add("Dockerfile", readDockerfile(root, name, context, parts.dockerfile ?? "Dockerfile"));
  for (const { path, kind } of contextFiles(folder)) {
    const file = join(folder, path);
    add(`${kind}\0${path}`, kind === "link" ? Buffer.from(readlinkSync(file)) : readFileSync(file));
  }
  return hash.digest("hex").slice(0, 16);
}

function readDockerfile(root: string, name: string, context: string, dockerfile: string): Uint8Array {
  const path = `${context}/${dockerfile}`;
  try {
    return readPlainFile(join(root, path));
  } catch (error) {
    throw new UserError(
      isFolder(join(root, context))
        ? `build of ${name}: ${path}: ${fileProblem(error)}`
        : `build of ${name}: ${context}: no such folder`,
      "build.context names a folder of this machine, relative to the site file; build.dockerfile a file, relative to that folder (default: Dockerfile)",
    );
  }
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;

export interface ContextFile {
  /** Relative to the context, with forward slashes. */
  readonly path: string;
  readonly kind: "file" | "executable" | "link";
}

/** Never part of an image: what other tools leave behind, the kit's own state (secrets!), and `ca/`, which the build fills. */
const excluded = new Set(
  "node_modules .next .venv .git .exploreiot cdktf.out __pycache__ .pytest_cache .ruff_cache .mypy_cache .hypothesis .dockerignore".split(
    " ",
  ),
);

/** The files that a build of `folder` sees: all but for the excluded names and what its .dockerignore names, sorted. */
export function contextFiles(folder: string): readonly ContextFile[] {
  const rules = ignoreFile(join(folder, ".dockerignore"));
  const files: ContextFile[] = [];
  const visit = (below: string): void => {
    for (const entry of readdirSync(join(folder, below), { withFileTypes: true })) {
      const path = below === "" ? entry.name : `${below}/${entry.name}`;
      if (excluded.has(entry.name) || path === "ca") continue;
      // An ignored folder may still hold files that a later "!" rule takes back.
      if (entry.isDirectory()) visit(path);
      // A socket or a pipe that a program left there is nothing to copy, and reading it would wait.
      else if ((entry.isFile() || entry.isSymbolicLink()) && !rules.ignores(path))
        files.push({ path, kind: entry.isSymbolicLink() ? "link" : kindOf(join(folder, path)) });
    }
  };
  visit("");
  return files.sort((a, b) => (a.path < b.path ? -1 : 1));
}

const kindOf = (file: string): ContextFile["kind"] =>
  (statSync(file).mode & 0o111) === 0 ? "file" : "executable";

/** The rules of a .dockerignore, as Docker reads them; none where there is no such file. */
const ignoreFile = (file: string) =>
  dockerIgnore.default().add(existsSync(file) ? readFileSync(file, "utf8") : "");
