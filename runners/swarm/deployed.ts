import { UserError } from "../../core/errors.ts";
import { LABEL } from "../../core/labels.ts";
import { fromManager } from "./manager.ts";
import { swarmService } from "./names.ts";
import { hasDataNode } from "./nodes.ts";
import type { ServiceSpec } from "./service-settings.ts";

export interface ServiceJson {
  readonly ID: string;
  readonly Spec: ServiceSpec & { readonly Name: string };
  readonly UpdateStatus?: { readonly State?: string };
}

export const roleIn = ({ Spec }: ServiceJson): string | undefined => Spec.Labels[LABEL.role];

/** Anybody may put the label of a role on a service: by its name it is the deployment's. */
export const isOwnName = (service: ServiceJson, deployment: string): boolean =>
  service.Spec.Name === swarmService(deployment, roleIn(service) ?? "");

/**
 * Services of the deployment; none where this engine is no manager of a swarm.
 *
 * @throws RefusedError by a manager that cannot tell: taken for none, `up` would deploy a second time, on one machine
 */
export const servicesOf = (deployment: string): Promise<readonly ServiceJson[]> =>
  servicesWith(`${LABEL.deployment}=${deployment}`);

export const servicesWith = (label: string): Promise<readonly ServiceJson[]> =>
  fromManager("/services", { filters: JSON.stringify({ label: [label] }) });

/** Deployments on the swarm of which this engine is a manager. */
export async function swarmDeployments(): Promise<ReadonlySet<string>> {
  const services = await servicesWith(LABEL.deployment);
  return new Set(services.flatMap(({ Spec }) => Spec.Labels?.[LABEL.deployment] ?? []));
}

/** Whether this engine is a manager of a swarm on which the deployment is. */
export const isOnSwarm = async (deployment: string): Promise<boolean> =>
  (await servicesOf(deployment)).length > 0;

/**
 * Whose secrets a deployment on the swarm of this engine has (label `exploreiot.checkout`).
 *
 * @returns undefined where it is on none, or from before services had the label
 */
export async function ownerOnSwarm(deployment: string): Promise<string | undefined> {
  const own = (await servicesOf(deployment)).filter((service) => isOwnName(service, deployment));
  return own.map(ownerOf).find((owner) => owner !== undefined);
}

export const ownerOf = ({ Spec }: ServiceJson): string | undefined => Spec.Labels[LABEL.checkout];

/**
 * Refuses a deployment on a swarm for verbs that look for its containers on one engine. To `up` it would be a second one next to it,
 * with the same devices and other data.
 *
 * @param instead what takes the place of the verb. @default - docs/swarm.md says it
 * @param dataToo whether the data of one that is down is enough: on one machine nobody would find it
 */
export async function refuseOnSwarm(
  name: string,
  instead: readonly string[] = [
    "docs/swarm.md says which verbs know a swarm, and what takes the place of this one",
    "or take it down first: exploreiot down",
  ],
  dataToo = false,
): Promise<void> {
  const isUp = await isOnSwarm(name);
  if (isUp || (dataToo && (await hasDataNode(name))))
    throw new UserError(
      `${isUp ? name : `the data of ${name}`} is on the swarm of this engine, and this verb works on the containers of one engine`,
      ...instead,
    );
}
