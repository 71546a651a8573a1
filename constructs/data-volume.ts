import { Volume } from "@cdktf/provider-docker/lib/volume/index.js";
import { Construct } from "constructs";
import { type DeploymentScope, resourceName } from "./deployment-scope.ts";

/**
 * A volume that outlives its containers. It carries no labels: a label edit makes the provider delete and
 * remake the volume, data and all, and call it a success (rule 13). In production Terraform refuses to destroy it;
 * for the day when it is not declared any more there is `keepUndeclaredData`.
 */
export class DataVolume extends Construct {
  readonly name: string;

  /** `docker_volume.Redis_Data_Volume_1A2B3C4D`: what Terraform calls it. */
  readonly address: string;

  constructor(scope: Construct, id: string, part: string, context: DeploymentScope) {
    super(scope, id);
    const volume = new Volume(this, "Volume", {
      name: resourceName(context, part),
      lifecycle: {
        ignoreChanges: ["labels"],
        preventDestroy: context.deployment.environment === "production",
      },
    });
    this.name = volume.name;
    this.address = `${volume.terraformResourceType}.${volume.friendlyUniqueId}`;
  }
}
