import { resolve } from "node:path";
import type { App } from "../constructs/cdktf.ts";
import { deploymentHome, projectRoot } from "../core/home.ts";
import { loadOwnRules } from "../policies/own-rules.ts";
import { preparePki } from "../services/certificates/prepare.ts";
import type { Deployment } from "../services/deployment.ts";
import { IotStack } from "./iot-stack.ts";

/**
 * Adds the stack of a deployment to an app, with what has to be there before: its certificates, and the rules that it
 * adds to those of the kit.
 *
 * @param onlyLooks for verbs that look or remove: nothing that is found keeps anybody from it. @default false
 */
export async function addDeployment(
  app: App,
  deployment: Deployment,
  { onlyLooks = false }: { readonly onlyLooks?: boolean } = {},
): Promise<IotStack> {
  await preparePki(deployment, deploymentHome(deployment.name), { keepCurrent: onlyLooks });
  if (onlyLooks) return new IotStack(app, deployment, { judged: false });
  const { rules } = deployment.policies;
  const ownRules = rules === undefined ? [] : await loadOwnRules(resolve(projectRoot, rules));
  return new IotStack(app, deployment, { ownRules });
}
