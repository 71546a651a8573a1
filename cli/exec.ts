import { z } from "zod";
import { refuseStopped } from "../runners/docker/inside.ts";
import { refuseForeignContainers } from "../runners/guards.ts";
import { attached, run } from "../runners/run.ts";
import { atContainer } from "../runners/swarm/place.ts";
import { printJson } from "./json.ts";
import { configOption, jsonOption, verb } from "./options.ts";
import { serviceNamed } from "./service-arguments.ts";
import { synthesizeAnywhere } from "./synthesize.ts";
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
      const { deployment, stack, home } = await synthesizeAnywhere(config);
      const spec = serviceNamed(stack, name);
      await refuseForeignContainers(deployment.name, home);
      if (!json) {
        process.exitCode = await atContainer(spec.name, async (id) => {
          await refuseStopped(id);
          return attached(["docker", "exec", ...interactive(), id, ...command]);
        });
        return;
      }
      const { code, stdout, stderr } = await atContainer(spec.name, async (id) => {
        await refuseStopped(id);
        return run(["docker", "exec", id, ...command], { expected: ANY });
      });
      printJson(execOutput, { deployment: deployment.name, service: name, exitCode: code, stdout, stderr });
      process.exitCode = code;
    },
  );

const ANY = Array.from({ length: 256 }, (_, code) => code);

/** A terminal inside only where there is one here: what comes through a pipe has to arrive as it is. */
export const interactive = (): readonly string[] =>
  process.stdin.isTTY && process.stdout.isTTY ? ["--interactive", "--tty"] : ["--interactive"];
