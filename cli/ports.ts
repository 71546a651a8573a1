import { EXIT } from "../core/report.ts";
import { printJson } from "./json.ts";
import { configOption, jsonOption, verb } from "./options.ts";
import { portTable } from "./port-table.ts";
import { type PortRow, type PortsReport, portsOutput } from "./ports-output.ts";
import { synthesizeAnywhere } from "./synthesize.ts";
import { renderTable } from "./table.ts";
import { VERBS } from "./verbs.ts";

export const portsCommand = verb("ports", VERBS.ports, "ports --json")
  .addOption(configOption())
  .addOption(jsonOption())
  .addHelpText(
    "after",
    "\nExits with 1 when something does not match, or when a port is open that nobody declared.",
  )
  .action(async ({ config, json }: { readonly config: string; readonly json?: true }) => {
    const { stack } = await synthesizeAnywhere(config);
    const report = await portTable(stack);
    if (json) printJson(portsOutput, report);
    else console.log(text(report));
    process.exitCode = report.problems.length === 0 ? EXIT.ok : EXIT.userError;
  });

const text = ({ deployment, ports, problems, unknown }: PortsReport): string =>
  [
    ports.length === 0
      ? `${deployment}: publishes no port`
      : renderTable(
          ["listener", "service", "address", "TLS", "held by", "from inside", "from here", "rules: packets"],
          ports.map(row),
        ),
    ...problems.map((what) => `error: ${what}`),
    ...unknown.map((what) => `not known: ${what}`),
  ].join("\n");

const row = ({
  listener,
  service,
  node,
  address,
  port,
  tls,
  bound,
  process,
  inside,
  outside,
  rules,
}: PortRow) => [
  listener ?? "nobody's",
  node === undefined ? service : `${service} on ${node}`,
  `${address.includes(":") ? `[${address}]` : address}:${port}`,
  tls ? "yes" : "no",
  process ?? (bound === null ? "not known" : bound ? "a process not seen" : "nobody"),
  inside,
  outside,
  rules.map(({ rule, packets, dropped }) => `${rule}: ${packets}${dropped ? " dropped" : ""}`).join("\n"),
];
