import { Volume } from "@cdktf/provider-docker/lib/volume/index.js";
import { Construct } from "constructs";
import { TerraformStack } from "./cdktf.ts";
import { type DeploymentScope, resourceName } from "./deployment-scope.ts";

/**
 * A volume, and its name. It carries no labels: compose labels what it makes, and a label edit makes the provider delete
 * and remake the volume, data and all, and call it a success (rule 13); it fails while a service mounts it. Whether it
 * holds data, and is protected, follows from who writes to it: `kept-data.ts`.
 *
 * @param folder on the engine's machine, where it lies; it has to be there. @default - where the engine keeps volumes
 */
export const namedVolume = (
  scope: Construct,
  part: string,
  context: Pick<DeploymentScope, "deployment">,
  folder?: string,
): string =>
  new Volume(scope, "Volume", {
    name: resourceName(context, part),
    ...(folder === undefined ? {} : { driverOpts: { type: "none", o: "bind", device: folder } }),
    lifecycle: { ignoreChanges: ["labels"] },
  }).name;

/** Where Terraform has, or had, the volume of a `DataVolume` of that id: `docker_volume.Postgres_Data_Volume_…`. */
export const volumeAddress = (scope: Construct, id: string): string =>
  `docker_volume.${TerraformStack.of(scope).getLogicalId(new Construct(new Construct(scope, id), "Volume").node)}`;

/** A volume for what a service writes, which outlives its containers. */
export class DataVolume extends Construct {
  readonly name: string;

  /** @param folder as of `namedVolume` */
  constructor(scope: Construct, id: string, part: string, context: DeploymentScope, folder?: string) {
    super(scope, id);
    this.name = namedVolume(this, part, context, folder);
  }
}
