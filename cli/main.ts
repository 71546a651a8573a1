import { Command, CommanderError } from "commander";
import { kitVersion } from "../core/kit-version.ts";
import { EXIT, report } from "../core/report.ts";
import { followContext } from "../engines/docker/remote.ts";
import { certificatesCommand } from "./certificates.ts";
import { devicesCommand } from "./devices.ts";
import { downCommand } from "./down.ts";
import { firewallCommand } from "./firewall.ts";
import { imagesCommand } from "./images.ts";
import { initCommand } from "./init.ts";
import { planCommand } from "./plan.ts";
import { policyCommand } from "./policy.ts";
import { preflightCommand } from "./preflight.ts";
import { renderCommand } from "./render.ts";
import { statusCommand } from "./status.ts";
import { synthCommand } from "./synth.ts";
import { upCommand } from "./up.ts";

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
  .hook("preAction", followContext);

for (const command of [
  upCommand,
  downCommand,
  statusCommand,
  planCommand,
  synthCommand,
  policyCommand,
  preflightCommand,
  renderCommand,
  imagesCommand,
  firewallCommand,
  certificatesCommand,
  devicesCommand,
  initCommand,
]) {
  program.addCommand(inheriting(command, program));
}

/** Errors of every verb, also of those below a verb, are told in the same way. */
function inheriting(command: Command, parent: Command): Command {
  for (const inner of command.commands) inheriting(inner, parent);
  return command.copyInheritedSettings(parent).exitOverride();
}

// A reader that has seen enough, such as `head`, is no error; the exit code still tells how the work ended.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
  });
}

try {
  await program.parseAsync();
} catch (error) {
  // Commander has printed its own message, or the help that was asked for.
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.userError;
  else process.exitCode = report(error);
}
