import { type Copy, DockerfileParser, type From, type Instruction } from "dockerfile-ast";

/** An image that a Dockerfile takes from elsewhere: a base, or the source of a COPY. */
export interface ImageUse {
  /** From 1. */
  readonly line: number;

  /** As it is written, variables and all. */
  readonly text: string;

  /** With the defaults of its variables; undefined where one has none, so that only the build knows it. */
  readonly image: string | undefined;
}

/** A variable that stays in the image (`ENV`) or in its history (`ARG`). */
export interface BuildVariable {
  readonly line: number;
  readonly keyword: "ARG" | "ENV";
  readonly name: string;

  /** undefined for an ARG without a default. */
  readonly value: string | undefined;
}

export interface Dockerfile {
  readonly images: readonly ImageUse[];
  readonly variables: readonly BuildVariable[];
}

const KEYWORDS = new Set(
  "ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER VOLUME WORKDIR".split(
    " ",
  ),
);

/**
 * Reads a Dockerfile as BuildKit does: continued lines, here-documents, stages, defaults of variables.
 *
 * @throws Error for an instruction that does not exist and for a file without FROM
 */
export function parseDockerfile(text: string): Dockerfile {
  const file = DockerfileParser.parse(text);
  const stray = file.getInstructions().find((instruction) => !KEYWORDS.has(instruction.getKeyword()));
  if (stray !== undefined) throw new Error(`line ${lineOf(stray)}: ${stray.getKeyword()} is no instruction`);
  const froms = file.getFROMs();
  if (froms.length === 0) throw new Error("it has no FROM");
  const stages = froms.map((from) => (from.getBuildStage() ?? "").toLowerCase());
  const isForeign = ({ image, text: name }: ImageUse, earlier: readonly string[]) =>
    image !== "scratch" && !earlier.includes(name.toLowerCase());
  const bases = froms.map((from) => fromUse(from, (name, line) => file.resolveVariable(name, line)));
  return {
    images: [
      ...bases.filter((use, place) => isForeign(use, stages.slice(0, place))),
      ...file
        .getCOPYs()
        .flatMap(copyUse)
        .filter((use) => !/^\d+$/.test(use.text) && isForeign(use, stages)),
    ],
    variables: [...file.getARGs(), ...file.getENVs()].flatMap((instruction) =>
      instruction.getProperties().map((property) => ({
        line: property.getRange().start.line + 1,
        keyword: instruction.getKeyword() as "ARG" | "ENV",
        name: property.getName(),
        value: property.getValue() ?? undefined,
      })),
    ),
  };
}

const lineOf = (instruction: Instruction): number => instruction.getRange().start.line + 1;

type Resolve = (name: string, line: number) => string | null | undefined;

function fromUse(from: From, resolve: Resolve): ImageUse {
  const text = from.getImage() ?? "";
  const variables = from.getVariables().map((variable) => {
    const fallback = variable.getModifier() === "-" ? variable.getSubstitutionParameter() : undefined;
    return { written: variable.toString(), value: resolve(variable.getName(), lineOf(from) - 1) ?? fallback };
  });
  const isKnown = text !== "" && variables.every(({ value }) => (value ?? "") !== "");
  const image = variables.reduce((name, { written, value }) => name.replace(written, value ?? ""), text);
  return { line: lineOf(from), text, image: isKnown ? image : undefined };
}

/** `COPY --from=` takes no variables. */
function copyUse(copy: Copy): readonly ImageUse[] {
  const text = copy.getFromFlag()?.getValue() ?? undefined;
  return text === undefined
    ? []
    : [{ line: lineOf(copy), text, image: text.includes("$") ? undefined : text }];
}
