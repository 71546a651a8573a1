import "../core/zod-without-jit.ts";
import { Command } from "commander";
import { kitVersion } from "../core/kit-version.ts";
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
  .showHelpAfterError("(exploreiot --help lists the commands)")
  .exitOverride()
  // The options of a verb are told by its own help: here most of them are not loaded.
  .configureHelp({ subcommandTerm: (command) => command.name() })
  // Else the options of `doctor page` would be taken for those of `doctor`.
  .enablePositionalOptions()
  .hook("preAction", followContext);

/** Errors of every verb, also of those below a verb, are told in the same way. */
function inheriting(command: Command, parent: Command): Command {
  for (const inner of command.commands) inheriting(inner, parent);
  return command.copyInheritedSettings(parent).exitOverride();
}

/** Runs the verb that the command line names. */
export async function main(): Promise<void> {
  endBetweenSteps();
  for (const command of await commandsFor(process.argv.slice(2))) {
    program.addCommand(inheriting(command, program));
  }
  // A reader that has seen enough, such as `head`, is no error, and neither is a terminal that was closed; the exit code still
  // tells how the work ended.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE" && error.code !== "EIO") throw error;
    });
  }
  await withCompletion(program, process.argv);
  /** Whether the verb that runs was asked for JSON; of a line that names none right, whether it says so. */
  let asJson = process.argv.includes("--json");
  program.hook("preAction", (_, verb) => {
    asJson = verb.opts().json === true;
  });
  try {
    await program.parseAsync();
  } catch (error) {
    process.exitCode = await tell(error, asJson);
  }
}
