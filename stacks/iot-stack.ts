import { DockerProvider } from "@cdktf/provider-docker/lib/provider/index.js";
import type { IConstruct } from "constructs";
import type { App } from "../constructs/cdktf.ts";
import { TerraformStack } from "../constructs/cdktf.ts";
import { OneAtATime } from "../constructs/one-at-a-time.ts";
import { StateBackend } from "../constructs/state-backend.ts";
import { WholeSynthesizer } from "../constructs/whole-synthesizer.ts";
import { Certificates } from "../services/certificates/certificates.ts";
import type { Deployment } from "../services/deployment.ts";
import { isMade } from "../services/listeners.ts";
import { makers, ownMaker, type Parts } from "../services/makers.ts";
import { ownInOrder } from "../services/own/order.ts";
import { inOrder, type ServiceName } from "../services/registry.ts";
import type { ServiceScope } from "../services/service-scope.ts";
import { engineFrom } from "./deployment-facts.ts";
import { type Judging, kitScope } from "./kit-scope.ts";
import { Preflight } from "./preflight.ts";

/** Where the provider finds the engine; a folder is named as Terraform finds it from the stack's own. */
function engineOf({ engine }: Deployment, stackFolder: string) {
  if (engine === undefined) return {};
  const { host, certificates } = engineFrom(engine, stackFolder);
  return { host, ...(certificates === undefined ? {} : { certPath: certificates }) };
}

export interface Togetherness {
  /** Whether no stack of the app refers to another, and none is looked into before it is written. @default false */
  readonly isApart?: boolean;
}

/** One deployment: its services and the networks between them, each made after what it needs. */
export class IotStack extends TerraformStack {
  readonly #isApart: boolean;

  constructor(app: App, deployment: Deployment, judging?: Judging & Togetherness) {
    super(app, deployment.name);
    this.#isApart = judging?.isApart ?? false;
    this.synthesizer = new WholeSynthesizer(this);
    const make = () => this.#make(deployment, judging);
    if (this.#isApart) this.synthesizer = new OneAtATime(this, this.synthesizer, make);
    else make();
  }

  #make(deployment: Deployment, judging: Judging | undefined): void {
    const context = kitScope(this, deployment, judging);
    new DockerProvider(this, "docker", engineOf(deployment, context.stackFolder));
    new StateBackend(this, deployment, context.stackFolder);

    const made = new Map<string, IConstruct>();
    const parts: Parts = {
      context,
      certificates: this.#certificates(context),
      up: (service) => [made.get(service)].filter((construct) => construct !== undefined),
    };
    const make = ({ name }: { readonly name: ServiceName }) => made.set(name, makers[name](this, parts));
    const on = inOrder().filter(({ name }) => isMade(deployment, name));
    on.filter(({ readsVolumes }) => !readsVolumes).forEach(make);
    for (const name of ownInOrder(deployment.services)) made.set(name, ownMaker(this, name, parts));
    on.filter(({ readsVolumes }) => readsVolumes).forEach(make);
    if (deployment.environment === "production")
      new Preflight(this, "Preflight", context).goBefore(this, context.images);
  }

  /**
   * cdktf resolves every element here and once more when it writes, to find what refers to another stack. Where there is
   * none that could be referred to, that finds nothing, and takes a sixth of the synthesis.
   */
  override prepareStack(): void {
    if (!this.#isApart && this.node.root.node.findAll().filter(TerraformStack.isStack).length > 1)
      super.prepareStack();
  }

  #certificates(context: ServiceScope): Parts["certificates"] {
    let made: Certificates | undefined;
    return () => {
      made ??= new Certificates(this, "Certificates", { context });
      return made;
    };
  }
}
