import { z } from "zod";
import { refuseForeignContainers } from "../runners/guards.ts";
import { attached, run } from "../runners/run.ts";
import { containerHere } from "../runners/swarm/on-node.ts";
import { printJson } from "./json.ts";
import { configOption, jsonOption, verb } from "./options.ts";
import { serviceNamed } from "./service-arguments.ts";
import { synthesize } from "./synthesize.ts";
import { VERBS } from "./verbs.ts";

export const execOutput = z.object({
  deployment: z.string(),
  service: z.string(),
  exitCode: z.int().describe("of the command; exec exits with the same"),
  stdout: z.string(),
  stderr: z.string(),
});

export const execCommand = verb("exec", VERBS.exec, "exec mosquitto -- ls -l /mosquitto/data")
  .argument("<service>", "such as mosquitto")
  .argument("<command...>", "after --, so that its options are not taken for this verb's")
  .addOption(configOption())
  .addOption(jsonOption())
  .addHelpText("after", "\nExits as the command does.")
  .action(
    async (name: string, command: readonly string[], { config, json }: { config: string; json?: true }) => {
      const { deployment, stack, home } = await synthesize(config, { unjudged: true });
      const spec = serviceNamed(stack, name);
      await refuseForeignContainers(deployment.name, home);
      const container = await containerHere(stack, spec);
      if (!json) {
        process.exitCode = await attached(["docker", "exec", ...interactive(), container, ...command]);
        return;
      }
      const { code, stdout, stderr } = await run(["docker", "exec", container, ...command], {
        expected: ANY,
      });
      printJson(execOutput, { deployment: deployment.name, service: name, exitCode: code, stdout, stderr });
      process.exitCode = code;
    },
  );

const ANY = Array.from({ length: 256 }, (_, code) => code);

/** A terminal inside only where there is one here: what comes through a pipe has to arrive as it is. */
export const interactive = (): readonly string[] =>
  process.stdin.isTTY && process.stdout.isTTY ? ["--interactive", "--tty"] : ["--interactive"];
