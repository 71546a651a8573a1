import { existsSync } from "node:fs";
import { Argument } from "commander";
import { z } from "zod";
import { sourceOf } from "../config/source.ts";
import { deploymentHome } from "../core/home.ts";
import { composeProject } from "../core/labels.ts";
import { EXIT } from "../core/report.ts";
import { rulesTable } from "../render/swarm/node-rules.ts";
import { confirmFirewall, type FirewallStatus, firewallStatus } from "../runners/docker/firewall.ts";
import { refuseForeignContainers } from "../runners/guards.ts";
import { refuseOnSwarm } from "../runners/swarm/deployed.ts";
import { printJson } from "./json.ts";
import { configOption, jsonOption, verb } from "./options.ts";
import { deploymentOf } from "./synthesize.ts";
import { renderTable } from "./table.ts";
import { VERBS } from "./verbs.ts";

interface Options {
  readonly config: string;
  readonly json?: true;

  /** False with --no-login. */
  readonly login: boolean;
}

export const firewallStatusOutput = z.strictObject({
  deployment: z.string(),
  table: z.string(),
  state: z
    .enum(["applied", "unconfirmed", "reverted", "changed", "failing"])
    .describe(
      "reverted: nobody confirmed them in time; changed: by somebody else; failing: nft cannot apply them",
    ),
  reason: z.string().exactOptional().describe("why they are changed or failing"),
  secondsLeft: z.number().exactOptional().describe("until unconfirmed rules are taken back"),
  counters: z
    .array(
      z.strictObject({
        chain: z.string(),
        rule: z.string().describe("a listener, a declared port, or what is dropped"),
        packets: z.int(),
        dropped: z.boolean(),
      }),
    )
    .readonly(),
});

export const firewallConfirmOutput = z.strictObject({
  deployment: z.string(),
  result: z.string(),
});

const action = new Argument(
  "<action>",
  "status: what the rules let in and dropped; confirm: keep new rules for the whole machine",
).choices(["status", "confirm"]);

export const firewallCommand = verb("firewall", VERBS.firewall)
  .addArgument(action)
  // How it was named up to version 0.1.0, which scripts of users have; the help has no word for it.
  .argument("[former]")
  .usage("[options] <action>")
  .addOption(configOption())
  .addOption(jsonOption())
  .option("--no-login", "confirm without a new login: you have a console of the machine")
  .addHelpText("after", "\nstatus exits with 2 when other rules are in force than those that were deployed.")
  .action(async (action: "status" | "confirm", former: string | undefined, options: Options) => {
    const name = await nameOf(former ?? options.config);
    await refuseOnSwarm(name, onNodes(name));
    await (action === "status" ? status(name, options) : confirm(name, options));
  });

/** A swarm has none of the kit's rules but those that an operator installs on each node, for ports of Swarm itself. */
const onNodes = (name: string): readonly string[] => [
  `the kit's packet filter is not on a swarm; the rules for Swarm's own ports are told on each node: nft list table inet ${rulesTable(composeProject(name))}`,
  `they are in .exploreiot/${name}/swarm/firewall, and RUNBOOK.md next to it says how a node gets them`,
];

/** Of one that runs, the site file may be on another machine: its name is enough then, and the engine is that of the environment. */
async function nameOf(given: string): Promise<string> {
  return existsSync(sourceOf(given)) || /\.(ya?ml|json)$/.test(given)
    ? (await deploymentOf(given)).name
    : given;
}

async function status(deployment: string, { json }: Options): Promise<void> {
  const found = await firewallStatus(deployment);
  if (json) printJson(firewallStatusOutput, { deployment, ...found });
  else console.log(told(deployment, found));
  const inForce = found.state === "applied" || found.state === "unconfirmed";
  process.exitCode = inForce ? EXIT.ok : EXIT.changes;
}

async function confirm(deployment: string, { json, login }: Options): Promise<void> {
  // No lock: `up` may be at work still when the time to confirm its rules runs out.
  await refuseForeignContainers(deployment, deploymentHome(deployment));
  const result = await confirmFirewall(deployment, !login);
  if (json) printJson(firewallConfirmOutput, { deployment, result });
  else console.log(`${deployment}: ${result}`);
}

function told(deployment: string, { table, state, reason, secondsLeft, counters }: FirewallStatus): string {
  const rows = counters.map(({ chain, rule, packets, dropped }) => [
    chain,
    rule,
    dropped ? "dropped" : "let in",
    String(packets),
  ]);
  const meaning = {
    applied: "applied",
    unconfirmed: `applied; taken back in ${secondsLeft} s unless confirmed: exploreiot firewall confirm -c ${deployment}`,
    reverted: "taken back, since nobody confirmed it in time; the rules from before are in force",
    changed: `${reason}; about to be applied again`,
    failing: `not applied, what was in force before stays; tried again until it works: ${reason}`,
  };
  return [
    `table inet ${table}: ${meaning[state]}`,
    ...(rows.length === 0 ? [] : [renderTable(["chain", "rule", "verdict", "packets"], rows)]),
  ].join("\n");
}

/** The next step for anyone who deployed rules for the whole machine; nothing where they are confirmed already. */
export function confirmationSteps(
  deployment: string,
  { state, secondsLeft }: Pick<FirewallStatus, "state" | "secondsLeft">,
): readonly string[] {
  const confirm = `  exploreiot firewall confirm -c ${deployment}`;
  if (state === "unconfirmed")
    return [
      "",
      `The rules for the whole machine are taken back in ${secondsLeft} s. Log in again, then keep them:`,
      confirm,
    ];
  if (state === "reverted")
    return [
      "",
      "The rules for the whole machine were taken back, since nobody confirmed them in time. Run up again, log in again, then keep them:",
      confirm,
    ];
  return [];
}
