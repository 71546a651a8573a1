import { join } from "node:path";
import { Network } from "@cdktf/provider-docker/lib/network/index.js";
import { Volume } from "@cdktf/provider-docker/lib/volume/index.js";
import type { Construct } from "constructs";
import { kitRoot } from "../config/home.ts";
import { readImageLock } from "../config/images.ts";
import { openListeners } from "../config/listeners.ts";
import { TerraformResource, type TerraformStack } from "./cdktf.ts";
import type { DeploymentScope } from "./deployment-scope.ts";
import type { Images } from "./images.ts";
import { ownVerb } from "./own-verb.ts";

/**
 * `terraform_data` that looks at what would make a production deploy fail, before anything else is made: so that
 * `cdktf deploy` refuses like `up` does. It looks again whenever the deployment changes.
 */
export class Preflight extends TerraformResource {
  readonly #attributes: Record<string, unknown>;

  constructor(scope: Construct, id: string, { deployment, secrets, stackFolder }: DeploymentScope) {
    super(scope, id, { terraformResourceType: "terraform_data" });
    const lock = readImageLock(join(kitRoot, "images/lock.json"));
    const tls = openListeners(deployment).some(([name]) => name === "https" || name === "mqtts");
    this.#attributes = {
      input: {
        hosts: deployment.hosts,
        issued: tls && deployment.tls.certificate.source === "acme",
        builtOn: lock.debian.refreshed,
      },
      triggers_replace: [secrets.keyedHash(JSON.stringify(deployment))],
    };
    this.addOverride("provisioner", [ownVerb(stackFolder, "preflight")]);
  }

  /** Makes the stack wait: its images, which its containers wait for, and the networks and volumes it has by now. */
  goBefore(stack: TerraformStack, images: Images): void {
    images.after(this);
    for (const element of stack.node.findAll()) {
      if (element instanceof Network || element instanceof Volume)
        element.dependsOn = [
          ...(element.dependsOn ?? []),
          `${this.terraformResourceType}.${this.friendlyUniqueId}`,
        ];
    }
  }

  protected override synthesizeAttributes(): Record<string, unknown> {
    return this.#attributes;
  }
}
