import type { Container } from "@cdktf/provider-docker/lib/container/index.js";
import { Construct, type IConstruct } from "constructs";
import { FileDelivery } from "../../constructs/file-delivery.ts";
import type { JoinedNetwork } from "../../constructs/private-network.ts";
import { httpProbe } from "../../constructs/probes.ts";
import { ServiceContainer } from "../../constructs/service-container.ts";
import { watched, watcher } from "../../constructs/watched.ts";
import { FILES } from "../../core/container-folders.ts";
import { edgeAddress } from "../addresses.ts";
import { CERTIFICATES, CERTIFICATES_GROUP, type Certificates } from "../certificates/certificates.ts";
import type { ServiceScope } from "../service-scope.ts";
import { batched, batcher } from "./batched.ts";
import { edgeConnects } from "./connects.ts";
import { EDGE_METRICS_PORT, EDGE_PORT } from "./definition.ts";
import { haproxyConfig } from "./haproxy-config.ts";
import { ownPorts } from "./routes.ts";

/** The same in Debian's image and in the official one. */
const USER = "99:99";

/** Loaded before HAProxy: `images/edge/in-turn.c`, which lets a client's records of TLS come in turns. */
const IN_TURN = "/usr/lib/exploreiot/in-turn.so";
const PAIR = ["edge.crt", "edge.key"].map((name) => `${CERTIFICATES}/current/${name}`);

const START = ["env", `LD_PRELOAD=${IN_TURN}`, "haproxy", "-W", "-db", "-f", `${FILES}/haproxy.cfg`];

export interface EdgeProps {
  readonly context: ServiceScope;

  /**
   * Where the applications are; its subnet is known, since they believe the edge by its address.
   *
   * @default - the network edge of the deployment
   */
  readonly network?: JoinedNetwork;

  /** Id of an image that keeps the same contract. @default - the kit's own */
  readonly image?: string;

  readonly certificates: Certificates;

  /** The service that it leads to: once the edge is healthy, so is the page behind it. */
  readonly after: readonly IConstruct[];
}

/** HAProxy, which ends TLS for page, API and socket, and takes a new certificate without losing a connection. */
export class Edge extends Construct {
  /** Where others reach it, by its name on its network. */
  readonly host = "edge";
  readonly port = EDGE_PORT;
  readonly container: Container;

  constructor(scope: Construct, id: string, { context, network, image, certificates, after }: EdgeProps) {
    super(scope, id);
    const { deployment } = context;
    const files = new FileDelivery(this, "Files", {
      service: "edge",
      user: USER,
      context,
      files: [{ name: "haproxy.cfg", content: haproxyConfig(deployment) }, watcher, batcher],
    });
    const service = new ServiceContainer(this, "Service", {
      kind: "edge",
      context,
      role: "edge",
      alias: "edge",
      image: image ?? context.images.kit("edge"),
      user: USER,
      groups: [String(CERTIFICATES_GROUP)],
      limits: deployment.edge.limits,
      limitsAt: "edge.limits",
      networks: [network ?? context.network("edge")],
      address: edgeAddress(deployment),
      // In the place of the image's entrypoint, which would run the shell as an argument of HAProxy.
      entrypoint: watched("USR2", PAIR, batched(START)),
      command: [],
      files,
      volumes: [{ name: certificates.volumeName, path: CERTIFICATES, readOnly: true }],
      // Lets what is under way end; what lasts longer than the grace, as sockets do, is cut then.
      stopSignal: "SIGUSR1",
      probe: httpProbe(EDGE_METRICS_PORT, "/healthz", "edge"),
      health: deployment.edge.health,
      published: [{ listener: "https", internal: EDGE_PORT }, ...ownPorts(deployment)],
      connects: edgeConnects(deployment),
      after: [certificates, ...after],
    });
    this.container = service.container;
  }
}
