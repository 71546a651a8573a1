import { reader } from "../facts/parsed-files.ts";
import { type Block, isBlock } from "../values.ts";

/**
 * Parses the engine's configuration. Of a key that is there twice, the engine and JSON.parse take the last.
 *
 * @throws Error for what the engine would not start with
 */
export function parseDaemonJson(text: string): Block {
  // The engine takes an empty file for an empty object.
  if (text.trim() === "") return {};
  const value: unknown = JSON.parse(text.replace(/^\uFEFF/, ""));
  if (!isBlock(value)) throw new Error("the file is not a JSON object");
  return value;
}

export const daemonJson = reader(parseDaemonJson);
