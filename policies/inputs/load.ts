import { statSync } from "node:fs";
import { resolve } from "node:path";
import { UserError } from "../../core/errors.ts";
import type { Place, StackDocument } from "../document.ts";
import { filesBelow } from "../files.ts";
import { isBlock } from "../values.ts";
import { type Document, parseDocuments } from "./compose/documents.ts";
import { filesOf, isCompose } from "./compose/files.ts";
import { readCompose } from "./compose/read.ts";
import { looseFiles, projectsIn } from "./folder.ts";
import { isPlan, readPlan } from "./plan.ts";
import { folderOf, isStdin, textOf } from "./source.ts";
import { readTerraformJson } from "./terraform-json.ts";

/** One thing to judge, and where it was read from. */
export interface Input {
  /** The file, or the files that are one project. */
  readonly file: string;
  readonly text: string;
  readonly stack: StackDocument;

  /** Where things with a name stand, for a compose project, which may have several files. */
  readonly places?: ReadonlyMap<string, Place>;

  /** The other files that such a project was read from. */
  readonly files?: ReadonlySet<string>;
}

/** What is to be judged. */
export interface Request {
  /** Files, folders or `-`, each for itself. */
  readonly paths: readonly string[];

  /** Compose files that are one project, each laid over those before it. @default - none */
  readonly files?: readonly string[];

  /** What was read from standard input. @default - nothing */
  readonly stdin?: string;
}

/** Everything that can be judged, and why the rest cannot: one broken file hides no other. */
export interface Loaded {
  readonly inputs: readonly Input[];
  readonly refused: readonly UserError[];
}

const ALLOWED =
  "Terraform JSON (cdk.tf.json, *.tf.json), a plan as `terraform show -json` prints it, a compose file, or a folder with any of them";

/** Reads what is to be judged: see `folder.ts` for what counts in a folder. */
export function loadInputs({ paths, files = [], stdin }: Request): Loaded {
  const found = [
    ...(files.length === 0 ? [] : [attempt(() => [overlaid(files, stdin)])]),
    ...paths.map((path) => load(path, stdin)),
  ];
  const inputs = found.flatMap(({ inputs }) => inputs);
  const read = new Set(inputs.flatMap(({ files }) => [...(files ?? [])]));
  return {
    // A file that was read as a part of another's project is judged there.
    inputs: inputs.filter(({ file }) => !read.has(resolve(file))),
    refused: found.flatMap(({ refused }) => refused),
  };
}

function load(path: string, stdin: string | undefined): Loaded {
  const status = isStdin(path) ? undefined : statSync(path, { throwIfNoEntry: false });
  if (status?.isDirectory()) return loadFolder(path);
  return attempt(() => {
    if (status === undefined && !isStdin(path))
      throw new UserError(`${path}: no such file or folder; allowed: ${ALLOWED}`);
    return [loadFile(path, stdin)];
  });
}

function loadFolder(folder: string): Loaded {
  const inputs: Input[] = [];
  const refused: UserError[] = [];
  const read = new Set<string>();
  for (const files of projectsIn(folder)) {
    if (files.some((file) => read.has(resolve(file)))) continue;
    const loaded = attempt(() => [files.length === 1 ? loadFile(files[0] as string) : overlaid(files)]);
    inputs.push(...loaded.inputs);
    refused.push(...loaded.refused);
    for (const file of loaded.inputs.flatMap((input) => [...(input.files ?? [])])) read.add(file);
  }
  const rest = looseFiles(
    folder,
    inputs.map(({ stack }) => stack),
  );
  if (inputs.length + refused.length + rest.length > 0) return { inputs: [...inputs, ...rest], refused };
  return refusal(
    new UserError(
      `${folder}: nothing in it can be judged; allowed: ${ALLOWED}`,
      "exploreiot synth writes one",
    ),
  );
}

function attempt(read: () => readonly Input[]): Loaded {
  try {
    return { inputs: read(), refused: [] };
  } catch (error) {
    if (error instanceof UserError) return refusal(error);
    throw error;
  }
}

const refusal = (error: UserError): Loaded => ({ inputs: [], refused: [error] });

function loadFile(file: string, stdin?: string): Input {
  const text = textOf(file, stdin);
  return checked(file, () => parse(file, text));
}

/** Texts that are nested too deeply end the parsers; and one in which nothing is said proves nothing. */
function checked(file: string, read: () => Input): Input {
  try {
    const input = read();
    if (!input.stack.isEmpty) return input;
    throw new UserError(
      `${file}: there is nothing in it to judge`,
      "name the file that declares the services, or the resources",
    );
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new UserError(
      `${file}: is nested too deeply to be judged`,
      "it is no configuration of Terraform or Compose",
    );
  }
}

function parse(file: string, text: string): Input {
  if (text.trim() === "") throw new UserError(`${file}: is empty; allowed: ${ALLOWED}`);
  const isJson = /^\s*[[{]/.test(text) && !/\.ya?ml$/.test(file);
  const json = isJson ? parseJson(file, text) : undefined;
  if (json === undefined || isCompose(json)) {
    const documents = parseDocuments(text, file);
    const [first] = documents;
    if (first !== undefined && isCompose(first.value)) return composed(file, text, documents);
    if (json === undefined) return recognized(file, text, first?.value);
  }
  return recognized(file, text, json);
}

function recognized(file: string, text: string, value: unknown): Input {
  const surroundings = filesBelow(folderOf(file));
  if (isPlan(value)) return { file, text, stack: readPlan(value, surroundings) };
  if (isBlock(value) && ["resource", "terraform", "provider", "module"].some((key) => key in value))
    return { file, text, stack: readTerraformJson(value, surroundings) };
  const keys = isBlock(value) ? Object.keys(value).slice(0, 8).join(", ") : typeof value;
  throw new UserError(`${file}: is none of these: ${ALLOWED}; found: ${keys || "nothing"}`, remedy(value));
}

function composed(file: string, text: string, documents: readonly Document[]): Input {
  const [, ...overrides] = filesOf(file);
  const sources = [{ file, documents }, ...overrides.map((override) => ({ file: override }))];
  return { file, text, ...readCompose(sources, folderOf(file)) };
}

/** Compose files that are one project. */
function overlaid(files: readonly string[], stdin?: string): Input {
  const [first = ""] = files;
  const file = files.join(" + ");
  return checked(file, () => {
    const texts = files.map((name) => ({ file: name, text: textOf(name, stdin) }));
    const sources = texts.map(({ file: name, text }) => ({
      file: name,
      documents: parseDocuments(text, name),
    }));
    return { file, text: "", ...readCompose(sources, folderOf(first)) };
  });
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
