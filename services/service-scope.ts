import type { DeploymentScope } from "../constructs/deployment-scope.ts";
import type { Deployment } from "./deployment.ts";

/** As a service of the kit sees it: with the settings of the others. */
export type ServiceScope = DeploymentScope<Deployment>;
