import { join } from "node:path";
import { DockerProvider } from "@cdktf/provider-docker/lib/provider/index.js";
import { type App, TerraformStack } from "cdktf";
import { deploymentHome } from "../config/home.ts";
import type { Deployment } from "../config/parse.ts";
import type { NetworkName } from "../config/schema.ts";
import { SecretStore } from "../config/secrets.ts";
import { Backend } from "../constructs/backend.ts";
import { Certificates } from "../constructs/certificates.ts";
import type { DeploymentScope } from "../constructs/deployment-scope.ts";
import { Edge, type EdgeProps } from "../constructs/edge.ts";
import { Firewall } from "../constructs/firewall.ts";
import { Frontend } from "../constructs/frontend.ts";
import { Images } from "../constructs/images.ts";
import { Mosquitto } from "../constructs/mosquitto.ts";
import { Postgres } from "../constructs/postgres.ts";
import { Preflight } from "../constructs/preflight.ts";
import { PrivateNetwork } from "../constructs/private-network.ts";
import { Redis } from "../constructs/redis.ts";
import { Renewer } from "../constructs/renewer.ts";
import { StateBackend } from "../constructs/state-backend.ts";
import { allowList } from "../firewall/allow-list.ts";

/** The bindings were generated from 3.6; 4.5 is what the rules of docs/architecture.md were measured with. */
const PROVIDER_VERSION = "~> 4.5";

/** One deployment: its services and the networks between them. */
export class IotStack extends TerraformStack {
  constructor(app: App, deployment: Deployment) {
    super(app, deployment.name);
    // The JSON says how it is judged, so that whoever judges it later sees what was excused, and why.
    this.addOverride("//.exploreiot", deployment.policies);
    const home = deploymentHome(deployment.name);
    const stackFolder = join(app.outdir, "stacks", deployment.name);
    new DockerProvider(this, "docker", {});
    this.addOverride("terraform.required_providers.docker.version", PROVIDER_VERSION);
    new StateBackend(this, deployment, stackFolder);

    const images = new Images(this, "Images", deployment, stackFolder);
    const unguarded: DeploymentScope = { deployment, secrets: new SecretStore(home), images, stackFolder };
    const context: DeploymentScope = deployment.firewall.enabled
      ? { ...unguarded, firewall: new Firewall(this, "Firewall", unguarded) }
      : unguarded;
    const preflight =
      deployment.environment === "production" ? new Preflight(this, "Preflight", context) : undefined;
    const networks = this.#networks(context);
    const open = new Set(allowList(deployment).map(({ listener }) => listener));
    const certificates =
      open.has("https") || open.has("mqtts")
        ? new Certificates(this, "Certificates", { context })
        : undefined;
    const stores = [
      ...(deployment.mosquitto.enabled
        ? [
            new Mosquitto(this, "Mosquitto", {
              context,
              network: networks("broker"),
              certificates: open.has("mqtts") ? certificates : undefined,
            }),
          ]
        : []),
      ...(deployment.postgres.enabled
        ? [new Postgres(this, "Postgres", { context, network: networks("data") })]
        : []),
      ...(deployment.redis.enabled ? [new Redis(this, "Redis", { context, network: networks("data") })] : []),
    ];
    const applications = [
      ...(deployment.backend.enabled
        ? [
            new Backend(this, "Backend", {
              context,
              edge: () => networks("edge"),
              inner: [networks("broker"), networks("data")],
              after: stores,
            }),
          ]
        : []),
      ...(deployment.frontend.enabled
        ? [new Frontend(this, "Frontend", { context, edge: networks("edge") })]
        : []),
    ];
    if (open.has("https") && certificates !== undefined)
      this.#edge(context, { network: networks("edge"), certificates, after: applications });
    preflight?.goBefore(this, images);
  }

  /** Networks are made for those who join them: a broker alone has no use for the others. */
  #networks(context: DeploymentScope): (name: NetworkName) => PrivateNetwork {
    const made = new Map<NetworkName, PrivateNetwork>();
    const ids = { edge: "Edge", broker: "Broker", data: "Data" } as const;
    return (name) => {
      const network = made.get(name) ?? new PrivateNetwork(this, ids[name], name, name === "data", context);
      made.set(name, network);
      return network;
    };
  }

  #edge(context: DeploymentScope, props: Omit<EdgeProps, "context">): void {
    const edge = new Edge(this, "EdgeProxy", { context, ...props });
    const { certificate: acme } = context.deployment.tls;
    const { network, certificates } = props;
    if (acme.source === "acme") new Renewer(this, "Renewer", { context, acme, network, certificates, edge });
  }
}
