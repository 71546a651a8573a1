import "../core/zod-without-jit.ts";
import { Command } from "commander";
import { tell } from "../cli/json.ts";
import { checkCommand } from "../cli/policy-check.ts";
import { explainCommand, listCommand } from "../cli/policy-rules.ts";
import { kitVersion } from "../core/kit-version.ts";
import { EXIT } from "../core/report.ts";

/** `exploreiot-policies`: the checker alone, which loads nothing that deploys. */
const program = new Command("exploreiot-policies")
  .description(
    "Judges compose files, Terraform's JSON and plans, and the files of brokers, databases and proxies.",
  )
  .version(kitVersion())
  .usage("[options] [paths...]")
  .showHelpAfterError("(exploreiot-policies check --help lists the options)")
  .exitOverride();

for (const command of [checkCommand({ usual: "." }), listCommand(), explainCommand()])
  program.addCommand(command.copyInheritedSettings(program).exitOverride(), {
    isDefault: command.name() === "check",
  });

// A reader that has seen enough, such as `head`, is no error; the exit code still tells how the work ended.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  // Nothing was judged, which is no finding.
  const code = await tell(error, process.argv.includes("--json"));
  process.exitCode = code === EXIT.userError ? EXIT.cannotJudge : code;
}
