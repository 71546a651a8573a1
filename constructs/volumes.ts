import { Volume } from "@cdktf/provider-docker/lib/volume/index.js";
import { Construct } from "constructs";
import { type DeploymentScope, resourceName } from "./deployment-scope.ts";

/**
 * A volume through which a job hands files to services, and its name. Compose labels what it makes, and a label edit
 * makes the provider replace the volume, which fails while a service mounts it: labels are nobody's concern (rule 13).
 */
export const filesVolume = (
  scope: Construct,
  part: string,
  context: Pick<DeploymentScope, "deployment">,
): string =>
  new Volume(scope, "Volume", {
    name: resourceName(context, part),
    lifecycle: { ignoreChanges: ["labels"] },
  }).name;

/**
 * A volume with data, and its name. It carries no labels: a label edit makes the provider delete and remake the volume,
 * data and all, and call it a success (rule 13). In production Terraform refuses to destroy it; for the day when it is
 * not declared any more there is `keepUndeclaredData`.
 */
export const dataVolume = (scope: Construct, part: string, context: DeploymentScope): string =>
  new Volume(scope, "Volume", {
    name: resourceName(context, part),
    lifecycle: {
      ignoreChanges: ["labels"],
      preventDestroy: context.deployment.environment === "production",
    },
  }).name;

/** A volume that outlives its containers. */
export class DataVolume extends Construct {
  readonly name: string;

  constructor(scope: Construct, id: string, part: string, context: DeploymentScope) {
    super(scope, id);
    this.name = dataVolume(this, part, context);
  }
}
