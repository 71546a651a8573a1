import { Volume } from "@cdktf/provider-docker/lib/volume/index.js";
import type { Construct } from "constructs";
import { type DeploymentScope, resourceName } from "./deployment-scope.ts";

/**
 * A volume through which a job hands files to services, and its name. Compose labels what it makes, and a label edit
 * makes the provider replace the volume, which fails while a service mounts it: labels are nobody's concern (rule 13).
 */
export const filesVolume = (scope: Construct, part: string, context: DeploymentScope): string =>
  new Volume(scope, "Volume", {
    name: resourceName(context, part),
    lifecycle: { ignoreChanges: ["labels"] },
  }).name;
