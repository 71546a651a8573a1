import type { Command } from "commander";
import { knownDeployments, siteFileOf } from "../core/known-sites.ts";

/** The words that ask for completion: the script of a shell, and what that script asks for at each Tab. */
export const COMPLETION = "completion";
const ASKED = "complete";

/**
 * Adds the verb that prints a shell's script, and answers what the script asks.
 *
 * @param argv as Node has it: nothing is loaded for a command line that asks for neither
 */
export async function withCompletion(program: Command, argv: readonly string[]): Promise<void> {
  if (argv[2] !== COMPLETION && argv[2] !== ASKED && argv[2] !== "--help" && argv[2] !== "-h") return;
  const { default: tab } = await import("@bomb.sh/tab/commander");
  const completion = tab(program, { completionCommandName: COMPLETION });
  program.commands
    .find((command) => command.name() === COMPLETION)
    ?.description("print what makes a shell complete verbs, options and deployments with Tab")
    .addHelpText("after", "\nExample: source <(exploreiot completion bash)");
  for (const [, command] of completion.commands) {
    const option = command.options.get("config");
    if (option === undefined) continue;
    option.handler = (complete) => {
      for (const [name, told] of names()) complete(name, told);
    };
  }
}

const names = (): readonly (readonly [string, string])[] => [
  ["local", "the shipped deployment for this machine"],
  ["production", "the shipped deployment for a server"],
  ...knownDeployments().flatMap((name) => {
    const file = siteFileOf(name);
    return file === undefined ? [] : [[name, file] as const];
  }),
];
