import type { DeploymentScope } from "../constructs/deployment-scope.ts";
import type { JoinedNetwork } from "../constructs/private-network.ts";
import type { NetworkName } from "../site/settings.ts";
import type { Deployment } from "./deployment.ts";

/** As a service of the kit sees it: with the settings of the others, and the networks between them. */
export interface ServiceScope extends DeploymentScope<Deployment> {
  /** A network of the deployment, made for the first that asks: a broker alone has no use for the others. */
  readonly network: (name: NetworkName) => JoinedNetwork;
}
