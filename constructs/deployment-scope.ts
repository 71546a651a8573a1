import type { IConstruct } from "constructs";
import type { SecretStore } from "../core/secrets.ts";
import type { Site } from "../site/site.ts";
import type { Images } from "./images.ts";

/** The facts that every construct of one deployment needs to know about it. */
export interface DeploymentScope<D extends Site = Site> {
  readonly deployment: D;
  readonly secrets: SecretStore;
  readonly images: Images;

  /** Folder of the synthesized JSON: paths inside that JSON are relative to it, so they hold on any machine. */
  readonly stackFolder: string;

  /** The image of the probe for containers; made for the first that asks. */
  readonly probeProgram: () => IConstruct & { readonly volumeName: string };

  /** Has to be up before anything on a network that leads out. @default - no firewall */
  readonly firewall?: IConstruct;
}

/** `exploreiot-<deployment>-<part>`: two deployments on one host never share a name. */
export const resourceName = ({ deployment }: Pick<DeploymentScope, "deployment">, part: string) =>
  `exploreiot-${deployment.name}-${part}`;
