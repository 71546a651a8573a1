import { join, relative, resolve } from "node:path";
import { loadDeployment } from "../config/load.ts";
import { deploymentHome } from "../core/home.ts";
import { replaceFile } from "../core/private-files.ts";
import { shellCommand } from "../core/shell-words.ts";
import { guarded } from "../engines/guards.ts";
import { authorityFolder, devicesFolder } from "../pki/folder.ts";
import { readAuthority } from "../pki/internal.ts";
import { writableFolder } from "../pki/pair.ts";
import type { Deployment } from "../services/deployment.ts";
import { servesDevices } from "../services/listeners.ts";
import {
  type DeviceCertificate,
  issueDevice,
  listDevices,
  revokeDevice,
} from "../services/mosquitto/devices.ts";
import { configOption, jsonOption, verb } from "./options.ts";
import { progress } from "./progress.ts";
import { renderTable } from "./table.ts";

interface Options {
  readonly config: string;
  readonly json?: true;
  readonly output?: string;
}

const issue = verb("issue", "issue a certificate to a device; its name becomes its MQTT user")
  .argument("<name>", "letters, digits, dots, dashes and underscores; no service's name")
  .option("-o, --output <folder>", "where certificate, key and CA go; default: below .exploreiot")
  .addOption(configOption())
  .addOption(jsonOption())
  .action(async (name: string, { config, json, output }: Options) => {
    const deployment = await loadDeployment(config);
    const home = deploymentHome(deployment.name);
    const folder = output === undefined ? join(devicesFolder(home), "handed-out", name) : resolve(output);
    // Before the key exists, which is nowhere else.
    writableFolder(folder);
    const pair = await guarded(keysOf(deployment.name, home), () => issueDevice(deployment, home, name));
    const authority =
      deployment.tls.certificate.source === "internal" ? readAuthority(authorityFolder(home)) : undefined;
    const files = write(folder, {
      [`${name}.crt`]: pair.certificate,
      [`${name}.key`]: pair.key,
      ...(authority === undefined ? {} : { "server-ca.crt": authority.certificate }),
    });
    if (json) console.log(JSON.stringify({ deployment: deployment.name, device: name, files }, undefined, 2));
    else
      console.log(
        [...files.map((file) => relative(process.cwd(), file) || file), ...hints(deployment)].join("\n"),
      );
  });

const list = verb("list", "list the certificates that devices have")
  .addOption(configOption())
  .addOption(jsonOption())
  .action(async ({ config, json }: Options) => {
    const deployment = await loadDeployment(config);
    const devices = listDevices(deploymentHome(deployment.name));
    if (json) console.log(JSON.stringify({ deployment: deployment.name, devices }, undefined, 2));
    else console.log(devices.length === 0 ? "no device has a certificate" : table(devices));
  });

const revoke = verb("revoke", "revoke every certificate of a device")
  .argument("<name>", "as exploreiot devices list shows it")
  .addOption(configOption())
  .addOption(jsonOption())
  .action(async (name: string, { config, json }: Options) => {
    const deployment = await loadDeployment(config);
    const home = deploymentHome(deployment.name);
    const serials = await guarded(keysOf(deployment.name, home), () => revokeDevice(deployment, home, name));
    if (json)
      console.log(
        JSON.stringify({ deployment: deployment.name, device: name, revoked: serials }, undefined, 2),
      );
    else
      console.log(
        [
          `${name}: revoked ${serials.join(", ")}`,
          `A running broker learns of it by: ${shellCommand("exploreiot", "up", "-c", config)} (delivers the new revocation list, restarts nothing).`,
          `From then on it refuses the device; a connection that is open stays until it ends (all end with docker restart exploreiot-${deployment.name}-mosquitto).`,
        ].join("\n"),
      );
  });

export const devicesCommand = verb("devices", "certificates of MQTT devices: issue, list, revoke")
  .addCommand(issue)
  .addCommand(list)
  .addCommand(revoke);

/** Keys are made and revoked on machines that have no engine, too. */
const keysOf = (name: string, home: string) => ({ name, home, report: progress, withoutEngine: true });

const hints = (deployment: Deployment): readonly string[] =>
  servesDevices(deployment)
    ? []
    : [`${deployment.name} does not ask devices for certificates: set tls.mqttClients to certificates`];

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

/** Writes files that only this user may read, and returns their paths. */
function write(folder: string, files: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(files).map(([name, content]) => {
    const path = join(folder, name);
    replaceFile(path, content);
    return path;
  });
}
