import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import { UserError } from "../../core/errors.ts";
import { parseYaml } from "../../core/yaml.ts";
import { StackDocument } from "../document.ts";
import { type FileText, fileKind, fileResources, filesBelow } from "../files.ts";
import { isBlock } from "../values.ts";
import { COMPOSE_FILES, isCompose } from "./compose/project.ts";
import { readCompose } from "./compose/read.ts";
import { isPlan, readPlan } from "./plan.ts";
import { readTerraformJson } from "./terraform-json.ts";

/** One thing to judge, and the file that it was read from. */
export interface Input {
  readonly file: string;
  readonly text: string;
  readonly stack: StackDocument;
}

/** Above this, a file is no configuration; and JavaScript holds no text of more than 512 MiB. */
const MAX_BYTES = 256 * 1024 ** 2;

const ALLOWED =
  "Terraform JSON (cdk.tf.json, *.tf.json), a plan as `terraform show -json` prints it, a compose file, or a folder with any of them";

/**
 * Reads what is to be judged.
 *
 * @param path a file, or a folder: then every `cdk.tf.json`, `*.tf.json` and compose file below it, together with the
 *   configuration files of brokers, databases and proxies that lie there
 * @throws UserError if nothing there can be judged
 */
export function loadInputs(path: string): readonly Input[] {
  const status = statSync(path, { throwIfNoEntry: false });
  if (status === undefined) throw new UserError(`${path}: no such file or folder; allowed: ${ALLOWED}`);
  const inputs = status.isDirectory() ? loadFolder(path) : [loadFile(path)];
  if (inputs.length === 0)
    throw new UserError(
      `${path}: nothing in it can be judged; allowed: ${ALLOWED}`,
      "exploreiot synth writes one",
    );
  return inputs;
}

function loadFile(file: string): Input {
  const text = read(file);
  try {
    return { file, text, stack: parse(file, text) };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UserError(
      `${file}: is nested too deeply to be judged`,
      "it is no configuration of Terraform or Compose",
    );
  }
}

function read(file: string): string {
  const { size } = statSync(file);
  if (size > MAX_BYTES) throw new UserError(`${file}: has ${size} bytes; allowed: at most ${MAX_BYTES}`);
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UserError(`${file}: cannot be read (${(error as Error).message})`, "check its mode");
  }
}

function parse(file: string, text: string): StackDocument {
  if (text.trim() === "") throw new UserError(`${file}: is empty; allowed: ${ALLOWED}`);
  const isJson = /^\s*[[{]/.test(text) && !/\.ya?ml$/.test(file);
  const value = isJson ? parseJson(file, text) : parseYaml(text, file);
  const surroundings = filesBelow(dirname(file));
  if (isPlan(value)) return readPlan(value, surroundings);
  if (isCompose(value)) return readCompose(file);
  if (isBlock(value) && ["resource", "terraform", "provider", "module"].some((key) => key in value))
    return readTerraformJson(value, surroundings);
  const keys = isBlock(value) ? Object.keys(value).slice(0, 8).join(", ") : typeof value;
  throw new UserError(`${file}: is none of these: ${ALLOWED}; found: ${keys || "nothing"}`, remedy(value));
}

function remedy(value: unknown): string {
  if (isBlock(value) && "AWSTemplateFormatVersion" in value) return "CloudFormation is not what this judges";
  return "of a plan file, print JSON first: terraform show -json plan.bin > plan.json";
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof RangeError) throw error;
    throw new UserError(`${file}: is not JSON (${(error as Error).message})`, "fix it, or write it again");
  }
}

const SKIPPED = new Set(["node_modules", ".git", ".terraform", "dist"]);

function loadFolder(folder: string): readonly Input[] {
  const files = below(folder);
  const stacks = files.filter(isStack).map(loadFile);
  const judged = new Set(stacks.flatMap(({ stack }) => stack.files.map(({ block }) => block.file)));
  const loose = files
    .filter(
      (file) =>
        fileKind(file) !== undefined &&
        ![...judged].some((given) => basename(String(given)) === basename(file)),
    )
    .map((file): FileText => ({ path: relative(folder, file), text: read(file) }));
  return loose.length === 0 ? stacks : [...stacks, { file: folder, text: "", stack: filesAlone(loose) }];
}

const isStack = (file: string) =>
  /\.tf\.json$/.test(file) || COMPOSE_FILES.includes(basename(file)) || basename(file) === "plan.json";

function below(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : below(path);
      return entry.isFile() ? [path] : [];
    });
}

const filesAlone = (beside: readonly FileText[]): StackDocument =>
  new StackDocument({
    dialect: "compose",
    resources: [],
    declarations: [
      { type: "stack", id: "stack", path: "stack", block: {} },
      ...fileResources([], { beside }),
    ],
    unreadable: [],
  });
