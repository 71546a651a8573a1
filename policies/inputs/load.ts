import { statSync } from "node:fs";
import { resolve } from "node:path";
import { UserError } from "../../core/errors.ts";
import { looseFiles, projectsIn, unreadHcl } from "./folder.ts";
import { hclRefused } from "./hcl.ts";
import { ALLOWED, type Given, type Input, loadFile, overlaid } from "./read-file.ts";
import { isStdin } from "./source.ts";

/** The input to judge. */
export interface Request {
  /** Files, folders or `-`, each for itself. */
  readonly paths: readonly string[];

  /** Compose files that are one project, each laid over those before it. @default - none */
  readonly files?: readonly string[];

  /** Files with the variables of compose projects, instead of the `.env` next to them. @default - none */
  readonly envFiles?: readonly string[];

  /** The text from standard input. @default - nothing */
  readonly stdin?: string;
}

/** Everything that can be judged, and why the rest cannot: one broken file hides no other. */
export interface Loaded {
  readonly inputs: readonly Input[];
  readonly refused: readonly UserError[];
}

/** Reads what is to be judged: see `folder.ts` for what counts in a folder. */
export function loadInputs({ paths, files = [], envFiles = [], stdin }: Request): Loaded {
  const given: Given = { envFiles, stdin };
  const found = [
    ...(files.length === 0 ? [] : [attempt(() => [overlaid(files, given)])]),
    ...paths.map((path) => load(path, given)),
  ];
  const inputs = found.flatMap(({ inputs }) => inputs);
  const read = new Set(inputs.flatMap(({ files }) => [...(files ?? [])]));
  return {
    // A file that was read as a part of another's project is judged there.
    inputs: inputs.filter(({ file }) => !read.has(resolve(file))),
    refused: found.flatMap(({ refused }) => refused),
  };
}

function load(path: string, given: Given): Loaded {
  const status = isStdin(path) ? undefined : statSync(path, { throwIfNoEntry: false });
  if (status?.isDirectory()) return loadFolder(path, given);
  return attempt(() => {
    if (status === undefined && !isStdin(path))
      throw new UserError(`${path}: no such file or folder; allowed: ${ALLOWED}`);
    return [loadFile(path, given)];
  });
}

function loadFolder(folder: string, given: Given): Loaded {
  const inputs: Input[] = [];
  const refused: UserError[] = [];
  const read = new Set<string>();
  for (const files of projectsIn(folder)) {
    if (read.has(resolve(files.at(-1) as string))) continue;
    const loaded = attempt(() => [
      files.length === 1 ? loadFile(files[0] as string, given) : overlaid(files, given),
    ]);
    inputs.push(...loaded.inputs);
    refused.push(...loaded.refused);
    for (const file of loaded.inputs.flatMap((input) => [...(input.files ?? [])])) read.add(file);
    for (const file of files) read.add(resolve(file));
  }
  const [hcl, ...more] = unreadHcl(folder, inputs);
  if (hcl !== undefined) refused.push(hclRefused(hcl, more.length));
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
