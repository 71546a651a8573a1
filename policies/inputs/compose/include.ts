import { basename, dirname, join, resolve } from "node:path";
import { UserError } from "../../../core/errors.ts";
import { type Block, isBlock } from "../../values.ts";
import type { Context, Source } from "./context.ts";
import { dotEnv, envFilesTogether, type Variables } from "./dotenv.ts";
import { merge } from "./merge.ts";
import { absolute, isElsewhere } from "./relative-paths.ts";
import { type Path, without } from "./tree.ts";

const SECTIONS = ["services", "volumes", "networks", "secrets", "configs", "models"];

type Read = (sources: readonly Source[], context: Context) => Block;

/**
 * A document with what its `include` names under it: projects of their own, each with its folder and its variables.
 *
 * @throws UserError for a circle, and for a file that is not there
 */
export function included(
  document: Block,
  replaced: readonly Path[],
  file: string,
  context: Context,
  read: Read,
): Block {
  const { include } = document;
  if (include === undefined || include === null) return document;
  if (!Array.isArray(include)) throw new UserError(`${file}: include is no list`, "write include as a list");
  return include.reduce((whole: Block, entry) => {
    const project = one(entry, file, context, read);
    return project === undefined ? whole : withProject(whole, project, replaced);
  }, document);
}

/** One entry of `include`; undefined if it is not on this machine, which is noted. */
function one(entry: unknown, file: string, context: Context, read: Read): Block | undefined {
  const { path, project_directory, env_file } = isBlock(entry)
    ? entry
    : { path: entry, project_directory: undefined, env_file: undefined };
  const named = texts(path);
  const remote = named.find(isElsewhere);
  if (remote !== undefined) {
    context.notes.gaps.push({ path: ["include"], evidence: `names ${remote}, which is not here` });
    return undefined;
  }
  const files = named.map((name) => String(absolute(name, context.folder)));
  const [main] = files;
  if (main === undefined) throw new UserError(`${file}: an entry of include has no path`, "name a file");
  const including = [...context.including, resolve(file)];
  if (including.includes(main))
    throw new UserError(`${file} includes ${basename(main)}, which includes it`, "remove the circle");
  const folder =
    typeof project_directory === "string"
      ? String(absolute(project_directory, context.folder))
      : dirname(main);
  return read(
    files.map((path) => ({ file: path })),
    {
      ...context,
      folder,
      including,
      variables: variablesOf(texts(env_file), folder, context),
    },
  );
}

/** Variables that are set outside count before the files of the included project. */
function variablesOf(
  files: readonly string[],
  folder: string,
  { variables, folder: outer }: Context,
): Variables {
  if (files.length === 0) return new Map([...dotEnv(join(folder, ".env"), variables), ...variables]);
  const named = files.filter((name) => name !== "/dev/null").map((name) => String(absolute(name, outer)));
  return new Map([...envFilesTogether(named, variables), ...variables]);
}

/** The document itself lies over the files that it includes. */
function withProject(document: Block, project: Block, replaced: readonly Path[]): Block {
  const sections = SECTIONS.filter((section) => isBlock(project[section])).map((section) => {
    const own = isBlock(document[section]) ? document[section] : {};
    const from = project[section] as Block;
    const shared = Object.fromEntries(Object.entries(from).filter(([name]) => Object.hasOwn(own, name)));
    const kept = without({ [section]: shared }, replaced) as Readonly<Record<string, Block>>;
    const merged = Object.keys(shared).map((name) => [
      name,
      merge(kept[section]?.[name] ?? {}, own[name], [section, name]),
    ]);
    return [section, { ...own, ...from, ...Object.fromEntries(merged) }];
  });
  return { ...document, ...Object.fromEntries(sections) };
}

const texts = (value: unknown): readonly string[] =>
  (Array.isArray(value) ? value : value === undefined || value === null ? [] : [value]).map(String);
