import { isIP } from "node:net";
import { InvalidArgumentError } from "commander";
import pc from "picocolors";
import { EXIT } from "../core/report.ts";
import type { Finding } from "../runners/doctor/finding.ts";
import { examine } from "./doctor/examine.ts";
import { doctorOutput, exitOf, setupOutput, withLink } from "./doctor/output.ts";
import { causeOf, walkPage } from "./doctor/page.ts";
import { walked, walkOutput } from "./doctor/steps.ts";
import { exitOfSteps, stepsText } from "./doctor/steps-text.ts";
import { printJson } from "./json.ts";
import { configOption, jsonOption, verb } from "./options.ts";
import { missingHere, missingLines } from "./setup/missing.ts";
import { type Synthesized, synthesize, synthesizeAnywhere } from "./synthesize.ts";
import { VERBS } from "./verbs.ts";
import { wrapped } from "./wrap.ts";

const HINT =
  "\nExits with 1 when something is wrong, with 3 when nothing is but something could not be looked at.\nExample: exploreiot doctor";

interface Options {
  readonly config: string;
  readonly json?: true;
}

const device = verb(
  "device",
  "walk the way of a device from its name to its topics, up to the first step that fails",
  "doctor device sensor --from 192.168.1.20",
)
  .argument("<name>", "a user of mosquitto.users, or a device with a certificate")
  .option("--from <address>", "where the device is: says what the filter and the broker make of it", address)
  .addOption(configOption())
  .addOption(jsonOption())
  .action(async (name: string, { config, json, from }: Options & { readonly from?: string }) => {
    const synthesized = await synthesizeAnywhere(config);
    const { walkDevice } = await import("./doctor/device.ts");
    const steps = await walkDevice(synthesized, name, from);
    if (json) printJson(walkOutput, walked(synthesized.deployment.name, steps));
    else console.log(stepsText(steps));
    process.exitCode = exitOfSteps(steps);
  });

const page = verb("page", "look at every hop between browser and broker, and name the cause", "doctor page")
  .addOption(configOption())
  .addOption(jsonOption())
  .action(async ({ config, json }: Options) => {
    const synthesized = await synthesizeAnywhere(config);
    const steps = await walkPage(synthesized);
    const failed = causeOf(steps);
    if (json) printJson(walkOutput, { ...walked(synthesized.deployment.name, steps), failed });
    else console.log([stepsText(steps), ...(failed === null ? [] : [`the cause: ${failed}`])].join("\n"));
    process.exitCode = exitOfSteps(steps);
  });

function address(text: string): string {
  if (isIP(text) !== 0) return text;
  throw new InvalidArgumentError("Allowed: an IPv4 or IPv6 address.");
}

export const doctorCommand = verb("doctor", VERBS.doctor)
  .addOption(configOption())
  .addOption(jsonOption())
  .addHelpText("after", HINT)
  .addCommand(device)
  .addCommand(page)
  .option("--setup", "say what this machine lacks to run up, and nothing else")
  .action(async ({ config, json, setup }: Options & { readonly setup?: true }) => {
    const synthesized = await synthesize(config, { unjudged: true });
    if (setup) return showMissing(synthesized, json);
    const findings = await examine(synthesized);
    if (json)
      printJson(doctorOutput, { deployment: synthesized.deployment.name, findings: findings.map(withLink) });
    else console.log(findings.map(told).join("\n"));
    process.exitCode = exitOf(findings.map(({ state }) => state));
  });

async function showMissing(synthesized: Synthesized, json: true | undefined): Promise<void> {
  const { stack, home, deployment } = synthesized;
  const missing = await missingHere({ stack, home, runner: "auto", report: () => undefined });
  if (json)
    printJson(setupOutput, {
      deployment: deployment.name,
      missing: missing.map(({ what, remedy, install }) => ({
        what,
        remedy: [...remedy],
        installed: install !== undefined,
      })),
    });
  else console.log(missing.length === 0 ? "this machine lacks nothing" : missingLines(missing).join("\n"));
  process.exitCode = missing.length === 0 ? EXIT.ok : EXIT.userError;
}

const colors = pc.createColors(process.stdout.isTTY === true && process.env.NO_COLOR === undefined);
const MARK: Readonly<Record<Finding["state"], string>> = {
  ok: colors.green("ok      "),
  warning: colors.yellow("warning "),
  problem: colors.red("problem "),
  unknown: colors.yellow("unknown "),
};

function told(found: Finding): string {
  const { id, state, evidence, remedy } = found;
  const more = state === "ok" ? [] : [...remedy.map((step) => `  → ${step}`), `  ${withLink(found).link}`];
  return wrapped([`${MARK[state]}${id}: ${evidence}`, ...more].join("\n"));
}
