import "../core/zod-without-jit.ts";
import { Command } from "commander";
import { UserError } from "../core/errors.ts";
import { fileProblem } from "../core/file-problem.ts";
import { kitVersion } from "../core/kit-version.ts";
import { EXIT, report } from "../core/report.ts";
import { endBetweenSteps } from "../core/signals.ts";
import { followContext } from "../runners/docker/remote.ts";
import { commandsFor } from "./commands.ts";
import { withCompletion } from "./completion.ts";
import { tell } from "./json.ts";

const program = new Command("exploreiot")
  .description(
    "Deploys an IoT stack: Mosquitto, FastAPI, Next.js, PostgreSQL and Redis, as hardened containers.",
  )
  .version(kitVersion())
  .addHelpText(
    "after",
    "\nExit codes: 0 done, 1 something to fix, 2 changes pending, 3 cannot be judged, 70 a bug in the kit.",
  )
  .showHelpAfterError("  → exploreiot --help lists the verbs")
  .exitOverride()
  // The options of a verb are told by its own help: here most of them are not loaded.
  .configureHelp({ subcommandTerm: (command) => command.name() })
  // Else the options of `doctor page` would be taken for those of `doctor`.
  .enablePositionalOptions()
  .hook("preAction", followContext);

/**
 * Errors of every verb, also of those below a verb, are told in the same way.
 *
 * @param words that lead to the verb
 */
function inheriting(command: Command, parent: Command, words: string): Command {
  const path = `${words} ${command.name()}`;
  for (const inner of command.commands) inheriting(inner, parent, path);
  // People try the deployment's name as an argument.
  const named = command.options.some(({ long }) => long === "--config") ? "; -c names the deployment" : "";
  return command
    .copyInheritedSettings(parent)
    .exitOverride()
    .showHelpAfterError(`  → ${path} --help says what it takes${named}`);
}

/** A variable of a shell that is not set leaves nothing behind: what is meant is then not the usual, but not known. */
function refuseEmptyOptions(verb: Command): void {
  for (const option of verb.options) {
    const attribute = option.attributeName();
    if (verb.getOptionValueSource(attribute) !== "cli" || verb.getOptionValue(attribute) !== "") continue;
    throw new UserError(`${option.flags}: got ""; allowed: some text`, "give it a value, or leave it out");
  }
}

let isUnwritten = false;

/** A reader that has seen enough, such as `head`, is no error: the exit code still tells how the work ended. */
function tellUnwritten(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE" || isUnwritten) return;
  isUnwritten = true;
  report(new UserError(`standard output: cannot be written (${fileProblem(error)})`));
  process.once("exit", () => {
    process.exitCode = EXIT.userError;
  });
}

export async function main(): Promise<void> {
  endBetweenSteps();
  for (const command of await commandsFor(process.argv.slice(2))) {
    program.addCommand(inheriting(command, program, program.name()));
  }
  process.stdout.on("error", tellUnwritten);
  // Progress is no result: the work goes on without it, also behind a terminal that was closed.
  process.stderr.on("error", () => undefined);
  await withCompletion(program, process.argv);
  /** Whether the verb that runs was asked for JSON; of a line that names none right, whether it says so. */
  let asJson = process.argv.includes("--json");
  program.hook("preAction", (_, verb) => {
    asJson = verb.opts().json === true;
    refuseEmptyOptions(verb);
  });
  try {
    await program.parseAsync();
  } catch (error) {
    process.exitCode = await tell(error, asJson);
  }
}
