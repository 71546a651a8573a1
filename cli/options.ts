import { relative } from "node:path";
import { Command, Option } from "commander";
import { nearestSiteFile, SITE_FILE } from "../core/home.ts";

/** Options that several verbs share, worded once. */
export const configOption = () =>
  new Option("-c, --config <deployment>", "local, production, or a site file (.yaml, .json)").default(
    usualConfig(),
    `${SITE_FILE} here or in a folder above, else local`,
  );

function usualConfig(): string {
  const file = nearestSiteFile();
  return file === undefined ? "local" : relative(process.cwd(), file);
}

export const engineOption = () =>
  new Option("--engine <engine>", "what brings the containers up")
    .choices(["auto", "terraform", "compose"])
    .default("auto");

export const jsonOption = () => new Option("--json", "print JSON on standard output and nothing else");

/** A verb with its one line of help. */
export const verb = (name: string, description: string): Command =>
  new Command(name).description(description);
