import { UserError } from "../../core/errors.ts";
import { currentPair } from "../../pki/folder.ts";
import { prepareInternal, preparePlaceholder } from "../../pki/internal.ts";
import type { Deployment } from "../deployment.ts";
import { isMade, servesDevices, servesTls } from "../listeners.ts";

/**
 * Sees to it that every key and certificate that a deployment needs is there and good, before anything is
 * synthesized. Does nothing, and loads nothing, for a deployment without TLS.
 *
 * @param home the deployment's directory, see `deploymentHome`
 * @param options.keepCurrent go on with the pair that is served where the user's own PEM files are no good: for verbs
 *   that only look or remove. @default false
 * @throws UserError that lists every problem of the user's own PEM files
 */
export async function preparePki(
  deployment: Deployment,
  home: string,
  { keepCurrent = false } = {},
): Promise<void> {
  if (isMade(deployment, "postgres") && deployment.postgres.tls) {
    const { preparePostgres } = await import("../postgres/pki.ts");
    await preparePostgres(deployment, home);
  }
  if (!servesTls(deployment)) return;
  const { certificate } = deployment.tls;
  const named = { name: deployment.name, hosts: deployment.names };
  if (certificate.source === "internal") await prepareInternal(named, home);
  if (certificate.source === "acme") await preparePlaceholder(named, home);
  if (certificate.source === "files") {
    const { prepareFiles } = await import("../../pki/files.ts");
    await prepareFiles(named, certificate, home).catch((error: unknown) => {
      if (!(error instanceof UserError && keepCurrent && currentPair(home) !== undefined)) throw error;
    });
  }
  if (servesDevices(deployment)) {
    const { prepareDevices } = await import("../mosquitto/devices.ts");
    await prepareDevices(deployment, home);
  }
}
