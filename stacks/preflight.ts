import { Network } from "@cdktf/provider-docker/lib/network/index.js";
import { Volume } from "@cdktf/provider-docker/lib/volume/index.js";
import type { Construct } from "constructs";
import type { TerraformStack } from "../constructs/cdktf.ts";
import { TerraformResource } from "../constructs/cdktf.ts";
import type { Images } from "../constructs/images.ts";
import { ownVerb } from "../constructs/own-verb.ts";
import type { ServiceScope } from "../services/service-scope.ts";

/**
 * `terraform_data` that looks at what would make a production deploy fail, before anything else is made: so that
 * `cdktf deploy` refuses like `up` does. It looks again whenever the deployment changes. The things that it looks at stand in the
 * facts of the stack.
 */
export class Preflight extends TerraformResource {
  readonly #attributes: Record<string, unknown>;

  constructor(scope: Construct, id: string, { deployment, secrets, stackFolder }: ServiceScope) {
    super(scope, id, { terraformResourceType: "terraform_data" });
    this.#attributes = { triggers_replace: [secrets.keyedHash(JSON.stringify(deployment))] };
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
