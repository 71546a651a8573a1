import { relative } from "node:path";
import { Command, Option } from "commander";
import { UserError } from "../core/errors.ts";
import { nearestSiteFile, SITE_FILE } from "../core/home.ts";

/** How a deployment is named, the same for every verb. */
export const DEPLOYMENT =
  "local, production, a site file (.yaml, .json), or the name of what was made from one";

/** Options that several verbs share, worded once. */
export const configOption = () =>
  new Option("-c, --config <deployment>", DEPLOYMENT).default(
    usualConfig(),
    `${SITE_FILE} here or in a folder above, else local`,
  );

function usualConfig(): string {
  const file = nearestSiteFile();
  return file === undefined ? "local" : relative(process.cwd(), file);
}

/** The option that names a configuration on another command line; nothing where it is the usual one. */
export const configWords = (config: string): readonly string[] =>
  config === usualConfig() ? [] : ["-c", config];

/** Adds `--runner`, and the name that it had up to version 0.1.0, which scripts of users have. */
export function withRunner(command: Command): Command {
  const runners = ["auto", "terraform", "compose"];
  return command
    .addOption(
      new Option("--runner <runner>", "the program that brings the containers up")
        .choices(runners)
        .default("auto"),
    )
    .addOption(new Option("--engine <runner>").choices(runners).hideHelp())
    .on("option:engine", (runner: string) => command.setOptionValueWithSource("runner", runner, "cli"));
}

export const jsonOption = () => new Option("--json", "print JSON on standard output and nothing else");

/** Options in front of a verb below another one are meant for it: `backup -c SITE verify` must not be about another site. */
function handDown(parent: Command, below: Command): void {
  for (const option of parent.options) {
    const attribute = option.attributeName();
    if (parent.getOptionValueSource(attribute) !== "cli") continue;
    if (!below.options.some((own) => own.attributeName() === attribute))
      throw new UserError(
        `${option.long ?? option.flags}: is for "${parent.name()}" alone; got it before "${below.name()}"`,
        `exploreiot ${parent.name()} ${below.name()} --help lists what that takes`,
      );
    below.setOptionValueWithSource(attribute, parent.getOptionValue(attribute), "cli");
  }
}

/**
 * A verb with its one line of help.
 *
 * @param example of a command line, without the program's name. @default - none, for what has verbs of its own
 */
export function verb(name: string, description: string, example?: string): Command {
  const command = new Command(name).description(description).hook("preSubcommand", handDown);
  return example === undefined ? command : command.addHelpText("after", `\nExample: exploreiot ${example}`);
}
