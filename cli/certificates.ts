import { relative } from "node:path";
import { z } from "zod";
import { UserError } from "../core/errors.ts";
import { deploymentHome } from "../core/home.ts";
import { EXIT } from "../core/report.ts";
import { authorityFile } from "../pki/folder.ts";
import type { Deployment } from "../services/deployment.ts";
import { servedCertificates } from "./certificate-report.ts";
import { printJson } from "./json.ts";
import { configOption, jsonOption, verb } from "./options.ts";
import { certificateOutput, type ListenerReport } from "./status-output.ts";
import { deploymentOf } from "./synthesize.ts";
import { renderTable } from "./table.ts";
import { VERBS } from "./verbs.ts";

export const certificatesOutput = z.strictObject({
  deployment: z.string(),
  listeners: z.array(certificateOutput).readonly(),
});

export const certificatesCommand = verb("certificates", VERBS.certificates)
  .addOption(configOption())
  .addOption(jsonOption())
  .addHelpText(
    "after",
    "\nExits with 1 when less than 14 days are left, or when something else is served than was published.",
  )
  .action(async ({ config, json }: { readonly config: string; readonly json?: true }) => {
    const deployment = await deploymentOf(config);
    const listeners = await servedCertificates(deployment);
    if (listeners.length === 0)
      throw new UserError(
        `${deployment.name}: no listener serves TLS`,
        "open one: listeners.https or listeners.mqtts",
      );
    if (json) printJson(certificatesOutput, { deployment: deployment.name, listeners });
    else console.log([table(listeners), ...trust(deployment)].join("\n"));
    process.exitCode = listeners.every(({ problems }) => problems.length === 0) ? EXIT.ok : EXIT.userError;
  });

const table = (listeners: readonly ListenerReport[]) =>
  renderTable(
    ["listener", "address", "serial", "issuer", "names", "days left", "problem"],
    listeners.map(({ listener, address, certificate, problems }) => [
      listener,
      address,
      certificate?.serial ?? "",
      certificate?.issuer ?? "",
      certificate?.names.join("\n") ?? "",
      certificate === undefined ? "" : String(certificate.daysLeft),
      problems.join("\n"),
    ]),
  );

const trust = ({ name, tls }: Deployment): readonly string[] =>
  tls.certificate.source === "internal"
    ? [`clients have to trust this CA: ${relative(process.cwd(), authorityFile(deploymentHome(name)))}`]
    : [];
