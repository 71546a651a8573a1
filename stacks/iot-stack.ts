import { DockerProvider } from "@cdktf/provider-docker/lib/provider/index.js";
import type { IConstruct } from "constructs";
import type { App } from "../constructs/cdktf.ts";
import { TerraformStack } from "../constructs/cdktf.ts";
import { PrivateNetwork } from "../constructs/private-network.ts";
import { StateBackend } from "../constructs/state-backend.ts";
import { WholeSynthesizer } from "../constructs/whole-synthesizer.ts";
import { Backend } from "../services/backend/backend.ts";
import { Certificates } from "../services/certificates/certificates.ts";
import type { Deployment } from "../services/deployment.ts";
import { Edge } from "../services/edge/edge.ts";
import { Frontend } from "../services/frontend/frontend.ts";
import { Mosquitto } from "../services/mosquitto/mosquitto.ts";
import { Postgres } from "../services/postgres/postgres.ts";
import { Redis } from "../services/redis/redis.ts";
import type { ListenerName } from "../services/registry.ts";
import { Renewer } from "../services/renewer/renewer.ts";
import type { ServiceScope } from "../services/service-scope.ts";
import type { NetworkName } from "../site/settings.ts";
import { type Judging, kitScope } from "./kit-scope.ts";
import { Preflight } from "./preflight.ts";

type Networks = (name: NetworkName) => PrivateNetwork;

/** One deployment: its services and the networks between them, each made after what it needs. */
export class IotStack extends TerraformStack {
  constructor(app: App, deployment: Deployment, judging?: Judging) {
    super(app, deployment.name);
    this.synthesizer = new WholeSynthesizer(this.synthesizer);
    new DockerProvider(this, "docker", {});
    const context = kitScope(this, deployment, judging);
    new StateBackend(this, deployment, context.stackFolder);

    const networks = this.#networks(context);
    const certificates = this.#certificates(context);
    const stores = this.#stores(context, networks, certificates);
    const applications = this.#applications(context, networks, stores);
    if (certificates !== undefined && isOpen(deployment, "https"))
      this.#edge(context, networks("edge"), certificates, applications);
    if (deployment.environment === "production")
      new Preflight(this, "Preflight", context).goBefore(this, context.images);
  }

  /** Networks are made for those who join them: a broker alone has no use for the others. */
  #networks(context: ServiceScope): Networks {
    const made = new Map<NetworkName, PrivateNetwork>();
    const ids = { edge: "Edge", broker: "Broker", data: "Data" } as const;
    return (name) => {
      const network = made.get(name) ?? new PrivateNetwork(this, ids[name], name, name === "data", context);
      made.set(name, network);
      return network;
    };
  }

  #certificates(context: ServiceScope): Certificates | undefined {
    const { deployment } = context;
    return isOpen(deployment, "https") || isOpen(deployment, "mqtts")
      ? new Certificates(this, "Certificates", { context })
      : undefined;
  }

  /** What holds data: broker and databases. */
  #stores(
    context: ServiceScope,
    networks: Networks,
    certificates: Certificates | undefined,
  ): readonly IConstruct[] {
    const { deployment } = context;
    const { mosquitto, postgres, redis } = deployment;
    const ownTls = isOpen(deployment, "mqtts") ? { certificates } : {};
    const broker = () =>
      new Mosquitto(this, "Mosquitto", { context, network: networks("broker"), ...ownTls });
    return [
      ...only(mosquitto.enabled, broker),
      ...only(postgres.enabled, () => new Postgres(this, "Postgres", { context, network: networks("data") })),
      ...only(redis.enabled, () => new Redis(this, "Redis", { context, network: networks("data") })),
    ];
  }

  /** What people use, once all stores are healthy. */
  #applications(
    context: ServiceScope,
    networks: Networks,
    after: readonly IConstruct[],
  ): readonly IConstruct[] {
    const { backend, frontend } = context.deployment;
    const edge = () => networks("edge");
    return [
      ...only(backend.enabled, () => new Backend(this, "Backend", { context, networks, after })),
      ...only(frontend.enabled, () => new Frontend(this, "Frontend", { context, edge: edge() })),
    ];
  }

  /** Ends TLS for the applications; with ACME it answers for the renewer too. */
  #edge(
    context: ServiceScope,
    network: PrivateNetwork,
    certificates: Certificates,
    after: readonly IConstruct[],
  ): void {
    const edge = new Edge(this, "EdgeProxy", { context, network, certificates, after });
    const { certificate: acme } = context.deployment.tls;
    if (acme.source === "acme") new Renewer(this, "Renewer", { context, acme, network, certificates, edge });
  }
}

const isOpen = ({ listeners }: Deployment, name: ListenerName): boolean => listeners[name].enabled;

const only = <T>(wanted: boolean, make: () => T): readonly T[] => (wanted ? [make()] : []);
