import { Command, Option } from "commander";

/** Options that several verbs share, worded once. */
export const configOption = () =>
  new Option("-c, --config <deployment>", "local, production, or a site file (.yaml, .json)").default(
    "local",
  );

export const engineOption = () =>
  new Option("--engine <engine>", "what brings the containers up")
    .choices(["auto", "terraform", "compose"])
    .default("auto");

export const jsonOption = () => new Option("--json", "print JSON on standard output and nothing else");

/** A verb with its one line of help. */
export const verb = (name: string, description: string): Command =>
  new Command(name).description(description);
