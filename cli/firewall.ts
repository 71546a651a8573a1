import { Argument } from "commander";
import { deploymentHome } from "../core/home.ts";
import { EXIT } from "../core/report.ts";
import { confirmFirewall, type FirewallStatus, firewallStatus } from "../engines/docker/firewall.ts";
import { refuseForeignContainers } from "../engines/guards.ts";
import { jsonOption, verb } from "./options.ts";
import { renderTable } from "./table.ts";

interface Options {
  readonly json?: true;

  /** False with --no-login. */
  readonly login: boolean;
}

const action = new Argument(
  "<action>",
  "status: what the rules let in and dropped; confirm: keep new rules for the whole machine",
).choices(["status", "confirm"]);

export const firewallCommand = verb(
  "firewall",
  "look at the packet filter of a deployment, or keep new rules",
)
  .addArgument(action)
  .argument("<name>", "name of the deployment")
  .addOption(jsonOption())
  .option("--no-login", "confirm without a new login: you have a console of the machine")
  .addHelpText("after", "\nstatus exits with 2 when other rules are in force than those that were deployed.")
  .action((action: "status" | "confirm", name: string, options: Options) =>
    action === "status" ? status(name, options) : confirm(name, options),
  );

async function status(deployment: string, { json }: Options): Promise<void> {
  const found = await firewallStatus(deployment);
  console.log(json ? JSON.stringify({ deployment, ...found }, undefined, 2) : told(deployment, found));
  const inForce = found.state === "applied" || found.state === "unconfirmed";
  process.exitCode = inForce ? EXIT.ok : EXIT.changes;
}

async function confirm(deployment: string, { json, login }: Options): Promise<void> {
  // No lock: `up` may be at work still when the time to confirm its rules runs out.
  await refuseForeignContainers(deployment, deploymentHome(deployment));
  const result = await confirmFirewall(deployment, !login);
  console.log(json ? JSON.stringify({ deployment, result }, undefined, 2) : `${deployment}: ${result}`);
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
    unconfirmed: `applied; taken back in ${secondsLeft} s unless confirmed: exploreiot firewall confirm ${deployment}`,
    reverted: "taken back, since nobody confirmed it in time; the rules from before are in force",
    changed: `${reason}; about to be applied again`,
    failing: `not applied, what was in force before stays; tried again until it works: ${reason}`,
  };
  return [
    `table inet ${table}: ${meaning[state]}`,
    ...(rows.length === 0 ? [] : [renderTable(["chain", "rule", "verdict", "packets"], rows)]),
  ].join("\n");
}

/** What anyone who deployed rules for the whole machine has to do next; nothing where they are confirmed already. */
export function confirmationSteps(
  deployment: string,
  { state, secondsLeft }: Pick<FirewallStatus, "state" | "secondsLeft">,
): readonly string[] {
  const confirm = `  exploreiot firewall confirm ${deployment}`;
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
