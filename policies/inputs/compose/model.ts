import { dirname } from "node:path";
import { UserError } from "../../../core/errors.ts";
import { startMakes } from "../../files.ts";
import { type Block, isBlock } from "../../values.ts";
import { canonical, withDefaults } from "./canonical.ts";
import type { Context, Source } from "./context.ts";
import { type Document, parseDocuments } from "./documents.ts";
import { type Base, extended } from "./extends.ts";
import { included } from "./include.ts";
import { interpolateAll, type Lookup } from "./interpolation.ts";
import { merge } from "./merge.ts";
import { withAbsolutePaths } from "./relative-paths.ts";
import { textOf } from "./text.ts";
import { mapped, type Path, without } from "./tree.ts";
import { unique } from "./unique.ts";
import { withValues } from "./values-by-name.ts";

/**
 * Reads the files of one project and lays each over those before it, as Compose does: documents, variables,
 * `extends`, `include`, long forms, absolute paths.
 *
 * @throws UserError if one of them cannot be read or is not sound
 */
export function readModel(sources: readonly Source[], context: Context): Block {
  let model: Block = {};
  for (const source of sources)
    for (const document of source.documents ?? documentsOf(source.file, context))
      model = laid(document, source.file, model, context);
  return withValues(withAbsolutePaths(withDefaults(model), context.folder), context.variables);
}

function documentsOf(file: string, { notes }: Context): readonly Document[] {
  notes.files.add(file);
  return parseDocuments(textOf(file), file);
}

/** One document, laid over what is there. */
function laid(document: Document, file: string, model: Block, context: Context): Block {
  for (const [name, line] of document.lines)
    if (!context.notes.places.has(name)) context.notes.places.set(name, { file, line });
  context.notes.commented.push(...document.commented);
  const filled = fill(document, file, context);
  const { services } = filled;
  const own = isBlock(services)
    ? { ...filled, services: withBases(services, document, file, context) }
    : filled;
  const under = without(model, document.replaced);
  const { include, ...whole } = included(own, document.replaced, file, context, readModel);
  return layered(under, whole, file);
}

/** The mapping of a document, with its variables filled. */
function fill({ value }: Document, file: string, context: Context): Block {
  if (!isBlock(value))
    throw new UserError(`${file}: is no mapping`, "write services: and the rest as a mapping");
  return about(file, () =>
    mapped(value, (section, key) =>
      isBlock(section)
        ? mapped(section, (inner, name) => interpolateAll(inner, lookupFor([key, name], context)))
        : interpolateAll(section, lookupFor([key], context)),
    ),
  );
}

/** The values of variables for what stands at a place, where one that Compose asks for and that has none is noted. */
const lookupFor =
  (path: Path, { variables, notes, folder }: Context): Lookup =>
  (name, isRequired) => {
    const value = variables.get(name);
    const evidence = `asks for ${name}, which has no value: set it, or name its file with --env-file`;
    const isMissing = isRequired === "not empty" ? !value : isRequired === "set" && value === undefined;
    const isNoted = notes.gaps.some((gap) => gap.evidence === evidence && gap.path.join() === path.join());
    if (isMissing && !isNoted && !startMakes(folder, name)) notes.gaps.push({ path, evidence });
    return value;
  };

function withBases(services: Block, { replaced }: Document, file: string, context: Context): Block {
  const base: Base = { services, replaced, file, folder: context.folder };
  return mapped(services, (_, name) =>
    extended(name, base, { gaps: context.notes.gaps, load: (path) => baseFile(path, context) }),
  );
}

/** A file that a service extends: its paths count from its own folder, and it is not a part of the project. */
function baseFile(file: string, context: Context): Base {
  const folder = dirname(file);
  const documents = documentsOf(file, context);
  const whole = documents.reduce((model: Block, document) => {
    const filled = fill(document, file, context);
    return layered(without(model, document.replaced), filled, file);
  }, {});
  const { services } = withAbsolutePaths(whole, folder);
  return {
    services: isBlock(services) ? services : {},
    replaced: documents.flatMap(({ replaced }) => replaced),
    file,
    folder,
  };
}

function layered(under: unknown, over: Block, file: string): Block {
  return about(file, () => unique(canonical(unique(merge(under, over)) as Block))) as Block;
}

/** Errors with the file that they are about. */
function about<Value>(file: string, work: () => Value): Value {
  try {
    return work();
  } catch (error) {
    if (error instanceof UserError || error instanceof RangeError) throw error;
    throw new UserError(
      `${file}: ${(error as Error).message}`,
      "docker compose refuses it too: fix the file",
    );
  }
}
