import { readdirSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { UserError } from "../../core/errors.ts";
import { StackDocument } from "../document.ts";
import { type FileText, fileKind, fileResources } from "../files.ts";
import { parseDocuments } from "./compose/documents.ts";
import { COMPOSE_FILES, hasServices, isOverride, standsAlone } from "./compose/files.ts";
import { projectOf } from "./compose-file.ts";
import { textOf } from "./source.ts";

/**
 * The files that are to be judged in a folder and below it: Terraform's JSON, plans, and compose files, no matter how they
 * are called. One whose services cannot run without another comes after the project that it is laid over. Where a `.env` says
 * `COMPOSE_FILE`, that is the project.
 *
 * @returns the files of one input each, those that others may include or extend last
 */
export function projectsIn(folder: string): readonly (readonly string[])[] {
  const files = below(folder);
  const stated = files
    .filter((file) => basename(file) === ".env")
    .map(projectOf)
    .filter((project) => project.length > 0);
  const named = files.filter(isNamed);
  const others = files.filter((file) => !isNamed(file) && /\.(ya?ml)$/.test(file) && !isOverride(file));
  return [...stated, ...named.map((file) => [file]), ...others.flatMap((file) => project(file, named))];
}

const isNamed = (file: string) =>
  /\.tf\.json$/.test(file) || COMPOSE_FILES.includes(basename(file)) || basename(file) === "plan.json";

/** None for YAML of another program. */
function project(file: string, named: readonly string[]): readonly (readonly string[])[] {
  const documents = documentsOf(file);
  if (documents === undefined) return /compose/.test(basename(file)) ? [[file]] : [];
  const [first] = documents;
  if (first === undefined) return [];
  if (documents.every(({ value }) => standsAlone(value))) return hasServices(first.value) ? [[file]] : [];
  const base = named.find(
    (other) => dirname(other) === dirname(file) && COMPOSE_FILES.includes(basename(other)),
  );
  const isOverlay = /compose|stack/.test(basename(file)) || hasServices(first.value);
  return isOverlay ? [base === undefined ? [file] : [base, file]] : [];
}

/** Only what may be a compose file is parsed; undefined for broken YAML, which is an error of those that are called so. */
function documentsOf(file: string) {
  const text = textOf(file);
  if (!/^["']?(?:services|include)["']?\s*:/m.test(text)) return [];
  try {
    return parseDocuments(text, file);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** Files in Terraform's own language, in folders from which nothing was read that Terraform made of them. */
export function unreadHcl(folder: string, inputs: readonly { readonly file: string }[]): readonly string[] {
  const read = new Set(inputs.filter(({ file }) => /\.json$/.test(file)).map(({ file }) => dirname(file)));
  return below(folder).filter((file) => /\.tf$/.test(file) && !read.has(dirname(file)));
}

const SKIPPED = new Set(["node_modules", ".git", ".terraform", "dist"]);

function below(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : below(path);
      return entry.isFile() ? [path] : [];
    });
}

/** The configuration files of brokers, databases and proxies in a folder that no stack delivers, as one input. */
export function looseFiles(folder: string, stacks: readonly StackDocument[]) {
  const delivered = stacks.flatMap(({ files }) => files.map(({ block }) => block));
  const paths = new Set(delivered.map(({ source }) => source));
  const names = new Set(
    delivered.filter(({ source }) => source === undefined).map(({ file }) => basename(String(file))),
  );
  const found = below(folder)
    .filter((file) => fileKind(file) !== undefined && !paths.has(resolve(file)) && !names.has(basename(file)))
    .map((file): FileText => ({ path: relative(folder, file), text: textOf(file) }));
  return found.length === 0 ? [] : [{ file: folder, text: "", stack: filesAlone(found) }];
}

const filesAlone = (looseFiles: readonly FileText[]): StackDocument =>
  new StackDocument({
    dialect: "compose",
    resources: [],
    declarations: [
      { type: "stack", id: "stack", path: "stack", block: {} },
      ...fileResources([], { looseFiles }),
    ],
    unreadable: [],
  });
