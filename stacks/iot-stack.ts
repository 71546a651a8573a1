import { DockerProvider } from "@cdktf/provider-docker/lib/provider/index.js";
import type { IConstruct } from "constructs";
import type { App } from "../constructs/cdktf.ts";
import { TerraformStack } from "../constructs/cdktf.ts";
import { PrivateNetwork } from "../constructs/private-network.ts";
import { StateBackend } from "../constructs/state-backend.ts";
import { WholeSynthesizer } from "../constructs/whole-synthesizer.ts";
import { Certificates } from "../services/certificates/certificates.ts";
import type { Deployment } from "../services/deployment.ts";
import { isOn } from "../services/listeners.ts";
import { makers, type Parts } from "../services/makers.ts";
import { inOrder, type ServiceName } from "../services/registry.ts";
import type { ServiceScope } from "../services/service-scope.ts";
import type { NetworkName } from "../site/settings.ts";
import { type Judging, kitScope } from "./kit-scope.ts";
import { Preflight } from "./preflight.ts";

/** One deployment: its services and the networks between them, each made after what it needs. */
export class IotStack extends TerraformStack {
  constructor(app: App, deployment: Deployment, judging?: Judging) {
    super(app, deployment.name);
    this.synthesizer = new WholeSynthesizer(this.synthesizer);
    new DockerProvider(this, "docker", {});
    const context = kitScope(this, deployment, judging);
    new StateBackend(this, deployment, context.stackFolder);

    const parts = { context, networks: this.#networks(context), certificates: this.#certificates(context) };
    const made = new Map<ServiceName, IConstruct>();
    for (const { name, needs } of inOrder()) {
      if (!isOn(deployment, name)) continue;
      const after = needs.flatMap((need) => made.get(need as ServiceName) ?? []);
      made.set(name, makers[name](this, { ...parts, after }));
    }
    if (deployment.environment === "production")
      new Preflight(this, "Preflight", context).goBefore(this, context.images);
  }

  #networks(context: ServiceScope): Parts["networks"] {
    const made = new Map<NetworkName, PrivateNetwork>();
    const ids = { edge: "Edge", broker: "Broker", data: "Data" } as const;
    return (name) => {
      const network = made.get(name) ?? new PrivateNetwork(this, ids[name], name, name === "data", context);
      made.set(name, network);
      return network;
    };
  }

  #certificates(context: ServiceScope): Parts["certificates"] {
    let made: Certificates | undefined;
    return () => {
      made ??= new Certificates(this, "Certificates", { context });
      return made;
    };
  }
}
