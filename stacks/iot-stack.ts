import { join } from "node:path";
import { DockerProvider } from "@cdktf/provider-docker/lib/provider/index.js";
import { type App, TerraformStack } from "cdktf";
import type { IConstruct } from "constructs";
import { isOpen, servesTls } from "../config/listeners.ts";
import type { Deployment } from "../config/parse.ts";
import type { NetworkName } from "../config/schema.ts";
import { Backend } from "../constructs/backend.ts";
import { Certificates } from "../constructs/certificates.ts";
import { deploymentFacts } from "../constructs/deployment-facts.ts";
import type { DeploymentScope } from "../constructs/deployment-scope.ts";
import { Edge } from "../constructs/edge.ts";
import { Firewall } from "../constructs/firewall.ts";
import { Frontend } from "../constructs/frontend.ts";
import { Images } from "../constructs/images.ts";
import { keepData } from "../constructs/kept-data.ts";
import { Mosquitto } from "../constructs/mosquitto.ts";
import { Postgres } from "../constructs/postgres.ts";
import { Preflight } from "../constructs/preflight.ts";
import { PrivateNetwork } from "../constructs/private-network.ts";
import { ProbeProgram } from "../constructs/probe-program.ts";
import { Redis } from "../constructs/redis.ts";
import { Renewer } from "../constructs/renewer.ts";
import { StateBackend } from "../constructs/state-backend.ts";
import { WholeSynthesizer } from "../constructs/whole-synthesizer.ts";
import { deploymentHome } from "../core/home.ts";
import { SecretStore } from "../core/secrets.ts";

/** The bindings were generated from 3.6; 4.5 is what the rules of docs/architecture.md were measured with. */
const PROVIDER_VERSION = "~> 4.5";

type Networks = (name: NetworkName) => PrivateNetwork;

/** One deployment: its services and the networks between them, each made after what it needs. */
export class IotStack extends TerraformStack {
  readonly #deployment: Deployment;

  constructor(app: App, deployment: Deployment) {
    super(app, deployment.name);
    this.#deployment = deployment;
    this.addOverride("//.exploreiot", deploymentFacts(deployment));
    this.synthesizer = new WholeSynthesizer(this.synthesizer);
    const stackFolder = join(app.outdir, "stacks", deployment.name);
    new DockerProvider(this, "docker", {});
    this.addOverride("terraform.required_providers.docker.version", PROVIDER_VERSION);
    new StateBackend(this, deployment, stackFolder);

    const context = this.#context(deployment, stackFolder);
    const networks = this.#networks(context);
    const certificates = this.#certificates(context);
    const stores = this.#stores(context, networks, certificates);
    const applications = this.#applications(context, networks, stores);
    if (certificates !== undefined && isOpen(deployment, "https"))
      this.#edge(context, networks("edge"), certificates, applications);
    if (deployment.environment === "production")
      new Preflight(this, "Preflight", context).goBefore(this, context.images);
  }

  /** The last step before the JSON is written: what was added to the stack from outside is there by now. */
  override prepareStack(): void {
    super.prepareStack();
    keepData(this, this.#deployment, deploymentHome(this.#deployment.name));
  }

  /** What every service is made with; where there is a firewall it is up before any of them. */
  #context(deployment: Deployment, stackFolder: string): DeploymentScope {
    const images = new Images(this, "Images", deployment, stackFolder);
    const secrets = new SecretStore(deploymentHome(deployment.name));
    const plain = { deployment, secrets, images, stackFolder };
    let program: ProbeProgram | undefined;
    const probeProgram = () => {
      program ??= new ProbeProgram(this, "ProbeProgram", plain);
      return program;
    };
    const unguarded: DeploymentScope = { ...plain, probeProgram };
    const context = deployment.firewall.enabled
      ? { ...unguarded, firewall: new Firewall(this, "Firewall", unguarded) }
      : unguarded;
    return context;
  }

  /** Networks are made for those who join them: a broker alone has no use for the others. */
  #networks(context: DeploymentScope): Networks {
    const made = new Map<NetworkName, PrivateNetwork>();
    const ids = { edge: "Edge", broker: "Broker", data: "Data" } as const;
    return (name) => {
      const network = made.get(name) ?? new PrivateNetwork(this, ids[name], name, name === "data", context);
      made.set(name, network);
      return network;
    };
  }

  #certificates(context: DeploymentScope): Certificates | undefined {
    const { deployment } = context;
    return servesTls(deployment) ? new Certificates(this, "Certificates", { context }) : undefined;
  }

  /** What holds data: broker and databases. */
  #stores(
    context: DeploymentScope,
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
    context: DeploymentScope,
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
    context: DeploymentScope,
    network: PrivateNetwork,
    certificates: Certificates,
    after: readonly IConstruct[],
  ): void {
    const edge = new Edge(this, "EdgeProxy", { context, network, certificates, after });
    const { certificate: acme } = context.deployment.tls;
    if (acme.source === "acme") new Renewer(this, "Renewer", { context, acme, network, certificates, edge });
  }
}

const only = <T>(wanted: boolean, make: () => T): readonly T[] => (wanted ? [make()] : []);
