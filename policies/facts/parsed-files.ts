import { basename } from "node:path";
import type { Resource } from "../document.ts";
import { isKnown } from "../values.ts";
import { remembered, rememberedText } from "./remembered.ts";

/** Nobody can judge yet what is made where the stack is started. */
export class TextIsAwaited extends Error {}

/** Parts of it are computed later, or it lies where nobody can look. */
export class TextIsUnknown extends Error {}

/**
 * The text of a file as its reader gets it.
 *
 * @throws Error if it is not known here, or not all of it, which is a finding
 */
export const textOf = remembered(({ block }: Resource): string => {
  const { text, awaited, file, container } = block;
  const name = file === undefined ? "" : `${basename(String(file))}: `;
  if (awaited === true)
    throw new TextIsAwaited(
      `${name}start.sh makes it on the server: exploreiot policy check FOLDER there reads it`,
    );
  if (typeof text !== "string") throw new TextIsUnknown(`${name}its text is not known here`);
  // A file that stands in Terraform's JSON is written with Terraform's escapes; one that lies next to it is not.
  if (container === undefined) return text;
  if (!isKnown(text)) throw new TextIsUnknown(`${name}parts of its text are known only at apply`);
  return text.replaceAll("$${", "${").replaceAll("%%{", "%{");
});

/** Parses each text once, however many rules and files have it. A text that does not parse is told to each of them. */
export function reader<Result>(parse: Parser<Result>): (file: Resource) => Result {
  const named = rememberedText((name) => rememberedText((text) => parse(text, name)));
  return remembered((file: Resource) => named(basename(String(file.block.file ?? file.type)))(textOf(file)));
}

type Parser<Result> = (text: string, name: string) => Result;

const readerFor = remembered((parse: Parser<unknown>) => reader(parse));

/** The same for a parser that is named where it is used. */
export const parseOnce = <Result>(file: Resource, parse: Parser<Result>): Result =>
  readerFor(parse)(file) as Result;
