import { relative, resolve } from "node:path";
import { z } from "zod";
import { deploymentHome } from "../core/home.ts";
import { writableFolder } from "../pki/pair.ts";
import { guarded } from "../runners/guards.ts";
import type { Deployment } from "../services/deployment.ts";
import { servesDevices } from "../services/listeners.ts";
import {
  type DeviceCertificate,
  handedOutFolder,
  handOut,
  issueDevice,
  listDevices,
  revokeDevice,
} from "../services/mosquitto/devices.ts";
import { printJson } from "./json.ts";
import { configOption, jsonOption, verb } from "./options.ts";
import { progress } from "./progress.ts";
import { howItCounts } from "./revocation.ts";
import { deploymentOf } from "./synthesize.ts";
import { renderTable } from "./table.ts";
import { VERBS } from "./verbs.ts";

interface Options {
  readonly config: string;
  readonly json?: true;
  readonly output?: string;
}

export const devicesIssueOutput = z.strictObject({
  deployment: z.string(),
  device: z.string(),
  files: z
    .array(z.string())
    .readonly()
    .describe("certificate, key, and the CA of the server where it is the kit's"),
});

export const devicesListOutput = z.strictObject({
  deployment: z.string(),
  devices: z
    .array(
      z.strictObject({
        device: z.string(),
        serial: z.string().describe("hexadecimal, as openssl x509 -serial prints it"),
        validUntil: z.string().describe("RFC 3339 in UTC"),
        daysLeft: z.number(),
        revokedAt: z.string().exactOptional().describe("RFC 3339 in UTC; absent where it is not revoked"),
        due: z.boolean().describe("less than a third of its life is left, so that another may be issued"),
      }),
    )
    .readonly(),
});

export const devicesRevokeOutput = z.strictObject({
  deployment: z.string(),
  device: z.string(),
  revoked: z.array(z.string()).readonly().describe("serials of its certificates"),
});

const issue = verb("issue", "issue a certificate to a device; its name becomes its MQTT user")
  .argument("<name>", "letters, digits, dots, dashes and underscores; no service's name")
  .option("-o, --output <folder>", "where certificate, key and CA go; default: below .exploreiot")
  .addOption(configOption())
  .addOption(jsonOption())
  .action(async (name: string, { config, json, output }: Options) => {
    const deployment = await deploymentOf(config);
    const home = deploymentHome(deployment.name);
    const folder = output === undefined ? handedOutFolder(home, name) : resolve(output);
    // Before the key exists, which is nowhere else.
    writableFolder(folder);
    const pair = await guarded(keysOf(deployment.name, home), () => issueDevice(deployment, home, name));
    const files = handOut(deployment, home, { device: name, pair, folder });
    if (json) printJson(devicesIssueOutput, { deployment: deployment.name, device: name, files });
    else
      console.log(
        [...files.map((file) => relative(process.cwd(), file) || file), ...hints(deployment)].join("\n"),
      );
  });

const list = verb("list", "list the certificates that devices have")
  .addOption(configOption())
  .addOption(jsonOption())
  .action(async ({ config, json }: Options) => {
    const deployment = await deploymentOf(config);
    const devices = listDevices(deploymentHome(deployment.name));
    if (json) printJson(devicesListOutput, { deployment: deployment.name, devices: devices.map(written) });
    else console.log(devices.length === 0 ? "no device has a certificate" : table(devices));
  });

const revoke = verb("revoke", "revoke every certificate of a device")
  .argument("<name>", "as exploreiot devices list shows it")
  .addOption(configOption())
  .addOption(jsonOption())
  .action(async (name: string, { config, json }: Options) => {
    const deployment = await deploymentOf(config);
    const home = deploymentHome(deployment.name);
    const serials = await guarded(keysOf(deployment.name, home), () => revokeDevice(deployment, home, name));
    if (json) printJson(devicesRevokeOutput, { deployment: deployment.name, device: name, revoked: serials });
    else
      console.log(
        [`${name}: revoked ${serials.join(", ")}`, ...(await howItCounts(deployment, config))].join("\n"),
      );
  });

export const devicesCommand = verb("devices", VERBS.devices)
  .addCommand(issue)
  .addCommand(list)
  .addCommand(revoke);

/** Keys are made and revoked on machines that have no engine, too. */
const keysOf = (name: string, home: string) => ({
  ...{ name, home, report: progress },
  ...{ withoutEngine: true, onSwarmToo: true },
});

const hints = (deployment: Deployment): readonly string[] =>
  servesDevices(deployment)
    ? []
    : [`${deployment.name} does not ask devices for certificates: set tls.mqttClients to certificates`];

const written = ({ validUntil, revokedAt, ...device }: DeviceCertificate) => ({
  ...device,
  validUntil: validUntil.toISOString(),
  ...(revokedAt === undefined ? {} : { revokedAt: revokedAt.toISOString() }),
});

const table = (devices: readonly DeviceCertificate[]) =>
  renderTable(
    ["device", "serial", "valid until", "days left", "revoked"],
    devices.map(({ device, serial, validUntil, daysLeft, revokedAt }) => [
      device,
      serial,
      validUntil.toISOString().slice(0, 10),
      String(daysLeft),
      revokedAt?.toISOString().slice(0, 10) ?? "",
    ]),
  );
