import { Volume } from "@cdktf/provider-docker/lib/volume/index.js";
import { Construct } from "constructs";
import { type DeploymentScope, resourceName } from "./deployment-scope.ts";

/**
 * A volume, and its name. It carries no labels: compose labels what it makes, and a label edit makes the provider delete
 * and remake the volume, data and all, and call it a success (rule 13); it fails while a service mounts it. Whether it
 * holds data, and is protected, follows from who writes to it: `kept-data.ts`.
 */
export const namedVolume = (
  scope: Construct,
  part: string,
  context: Pick<DeploymentScope, "deployment">,
): string =>
  new Volume(scope, "Volume", {
    name: resourceName(context, part),
    lifecycle: { ignoreChanges: ["labels"] },
  }).name;

/** A volume for what a service writes, which outlives its containers. */
export class DataVolume extends Construct {
  readonly name: string;

  constructor(scope: Construct, id: string, part: string, context: DeploymentScope) {
    super(scope, id);
    this.name = namedVolume(this, part, context);
  }
}
