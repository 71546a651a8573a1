import { UserError } from "../../core/errors.ts";
import type { Place, StackDocument } from "../document.ts";
import { filesBelow } from "../files.ts";
import { isBlock } from "../values.ts";
import { type Document, parseDocuments } from "./compose/documents.ts";
import { filesOf, isCompose } from "./compose/files.ts";
import { readCompose } from "./compose/read.ts";
import { hclRefused, isHcl, isPlanArchive, PRINT_PLAN } from "./hcl.ts";
import { isPlan, readPlan } from "./plan.ts";
import { folderOf, textOf } from "./source.ts";
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

/** The settings for every input. */
export interface Given {
  readonly envFiles: readonly string[];
  readonly stdin: string | undefined;
}

export const ALLOWED =
  "Terraform JSON (cdk.tf.json, *.tf.json), a plan as `terraform show -json` prints it, a compose file, or a folder with any of them";

/** Reads one file, with the override that Compose would take up. */
export function loadFile(file: string, given: Given): Input {
  const text = textOf(file, given.stdin);
  return checked(file, () => parse(file, text, given));
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

function parse(file: string, text: string, given: Given): Input {
  if (text.trim() === "") throw new UserError(`${file}: is empty; allowed: ${ALLOWED}`);
  if (isPlanArchive(text)) throw new UserError(`${file}: is an archive, as a plan file is`, PRINT_PLAN);
  if (isHcl(file, text)) throw hclRefused(file);
  const isJson = /^\s*[[{]/.test(text) && !/\.ya?ml$/.test(file);
  const json = isJson ? parseJson(file, text) : undefined;
  if (json === undefined || isCompose(json)) {
    const documents = parseDocuments(text, file);
    const [first] = documents;
    if (first !== undefined && isCompose(first.value)) return composed(file, text, documents, given);
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

function composed(file: string, text: string, documents: readonly Document[], { envFiles }: Given): Input {
  const [, ...overrides] = filesOf(file);
  const sources = [{ file, documents }, ...overrides.map((override) => ({ file: override }))];
  return { file, text, ...readCompose(sources, folderOf(file), process.env, envFiles) };
}

/** Compose files that are one project. */
export function overlaid(files: readonly string[], { stdin, envFiles }: Given): Input {
  const [first = ""] = files;
  const file = files.join(" + ");
  return checked(file, () => {
    const texts = files.map((name) => ({ file: name, text: textOf(name, stdin) }));
    const sources = texts.map(({ file: name, text }) => ({
      file: name,
      documents: parseDocuments(text, name),
    }));
    return { file, text: "", ...readCompose(sources, folderOf(first), process.env, envFiles) };
  });
}

function remedy(value: unknown): string {
  if (isBlock(value) && "AWSTemplateFormatVersion" in value) return "CloudFormation is not what this judges";
  if (isBlock(value) && ("lineage" in value || "values" in value))
    return `a state shows what is there, not what will be: ${PRINT_PLAN}`;
  return `of a stack of Terraform: ${PRINT_PLAN}`;
}

function parseJson(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof RangeError) throw error;
    throw new UserError(`${file}: is not JSON (${(error as Error).message})`, "fix it, or write it again");
  }
}
