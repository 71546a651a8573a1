import { resolve } from "node:path";
import type { App } from "../constructs/cdktf.ts";
import { deploymentHome, projectRoot } from "../core/home.ts";
import { SecretStore } from "../core/secrets.ts";
import { loadOwnRules } from "../policies/own-rules.ts";
import { preparePki } from "../services/certificates/prepare.ts";
import type { Deployment } from "../services/deployment.ts";
import { issuedSecrets, privateKeys } from "../services/kinds-of-secrets.ts";
import { IotStack, type Togetherness } from "./iot-stack.ts";
import type { Judging } from "./kit-scope.ts";

/**
 * Adds the stack of a deployment to an app, with what has to be there before: its certificates, secrets that come from elsewhere, and the rules that it
 * adds to those of the kit.
 *
 * @param onlyLooks for verbs that look or remove: nothing that is found keeps anybody from it. @default false
 * @param isApart whether no stack of the app refers to another. @default false
 * @param say takes what the rules tell of a stack that they let pass. @default console.log
 */
export async function addDeployment(
  app: App,
  deployment: Deployment,
  { onlyLooks = false, ...told }: { readonly onlyLooks?: boolean } & Pick<Judging, "say"> & Togetherness = {},
): Promise<IotStack> {
  const home = deploymentHome(deployment.name);
  // Who only looks needs no program of a password manager: what was taken last is what runs.
  if (!onlyLooks && Object.keys(deployment.secrets).length > 0) {
    const { takeSecrets } = await import("../runners/secrets/take.ts");
    await takeSecrets(deployment.secrets, new SecretStore(home), {
      privateKeys: [...privateKeys(deployment).keys()],
      issued: issuedSecrets(deployment),
    });
  }
  await preparePki(deployment, home, { keepCurrent: onlyLooks });
  if (onlyLooks) return new IotStack(app, deployment, { ...told, judged: false });
  const { rules } = deployment.policies;
  const ownRules = rules === undefined ? [] : await loadOwnRules(resolve(projectRoot, rules));
  return new IotStack(app, deployment, { ownRules, ...told });
}
