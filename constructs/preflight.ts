import { relative } from "node:path";
import { Network } from "@cdktf/provider-docker/lib/network/index.js";
import { Volume } from "@cdktf/provider-docker/lib/volume/index.js";
import { TerraformResource, type TerraformStack } from "cdktf";
import type { Construct } from "constructs";
import { projectRoot } from "../core/home.ts";
import { shellCommand } from "../core/shell-words.ts";
import type { DeploymentScope } from "./deployment-scope.ts";
import type { Images } from "./images.ts";
import { literal } from "./literal.ts";

/**
 * `terraform_data` that looks at what would make a production deploy fail, before anything else is made: so that
 * `cdktf deploy` refuses like `up` does. It looks again whenever the deployment changes. What it looks at stands in the
 * facts of the stack.
 */
export class Preflight extends TerraformResource {
  readonly #attributes: Record<string, unknown>;

  constructor(scope: Construct, id: string, { deployment, secrets, stackFolder }: DeploymentScope) {
    super(scope, id, { terraformResourceType: "terraform_data" });
    this.#attributes = { triggers_replace: [secrets.keyedHash(JSON.stringify(deployment))] };
    const command = literal(
      shellCommand(
        "node",
        `${relative(stackFolder, projectRoot)}/bin/exploreiot.js`,
        "preflight",
        "--stack",
        ".",
      ),
    );
    this.addOverride("provisioner", [{ "local-exec": { command } }]);
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
