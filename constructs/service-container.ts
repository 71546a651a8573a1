import { Container } from "@cdktf/provider-docker/lib/container/index.js";
import { Construct, type IConstruct } from "constructs";
import { hashedText } from "../core/config-hash.ts";
import { FILES, PROBE_FOLDER } from "../core/container-folders.ts";
import { probeCommand, probeTimeoutSeconds } from "../core/probe-command.ts";
import type { Connection, ContainerFacts } from "../core/stack-facts.ts";
import type { HealthTiming, Limits } from "../site/fields.ts";
import { stateFacts } from "./container-facts.ts";
import { containerLabels } from "./container-labels.ts";
import { type DeploymentScope, resourceName } from "./deployment-scope.ts";
import type { FileDelivery } from "./file-delivery.ts";
import { goDuration, hardened } from "./hardening.ts";
import { literal } from "./literal.ts";
import type { JoinedNetwork } from "./private-network.ts";
import { type Probe, type ProbeTiming, probeTiming, waitTimeoutSeconds } from "./probes.ts";
import { type WaiverProps, waive } from "./waiver.ts";

/** The program of a container of the stack, apart from how it is confined. */
export interface ContainerProps {
  readonly context: DeploymentScope;

  /** Names the container: `exploreiot-<deployment>-<role>`. */
  readonly role: string;

  /** Id of the image, from `context.images`. */
  readonly image: string;

  /** Numeric `uid:gid`. */
  readonly user: string;

  readonly limits: Limits;

  /** The setting that the limits come from, such as `postgres.limits`. @default - they are the kit's own */
  readonly limitsAt?: string;

  readonly networks: readonly JoinedNetwork[];

  /** @default - the image's own entrypoint */
  readonly entrypoint?: readonly string[];

  /** @default - the image's own command */
  readonly command?: readonly string[];

  /** Public values only: they can be read with `docker inspect` and stand in Terraform's state. */
  readonly environment?: Readonly<Record<string, string>>;

  /** @default - the container gets no files */
  readonly files?: FileDelivery;

  /** @default - nothing is writable but tmpfs */
  readonly volumes?: readonly {
    readonly name: string;
    readonly path: string;
    readonly readOnly?: boolean;
  }[];

  /** Numeric groups besides that of `user`. @default - none */
  readonly groups?: readonly string[];

  /** IPv4 address on the first of its networks, which then states its subnet. @default - the engine picks one */
  readonly address?: string | undefined;

  /** Path to mount options, see `tmpfsOptions`. @default - no tmpfs */
  readonly tmpfs?: Readonly<Record<string, string>>;

  /** Containers that have to be up (services) or done (jobs) before. @default - starts at once */
  readonly after?: readonly IConstruct[];

  /** Whom it connects to, as far as the kit arranges it. @default - nobody */
  readonly connects?: readonly Connection[];

  /** Whether the image's own files stay as they are. @default true */
  readonly readOnly?: boolean;

  /** Findings of rules on this container that are accepted. @default - none */
  readonly waivers?: readonly WaiverProps[];
}

/** A port inside a container, and the listener of the deployment that leads to it. */
interface PublishedPort {
  readonly listener: string;
  readonly internal: number;
}

export interface ServiceContainerProps extends ContainerProps {
  /** The purpose of the container, which rules go by. @default - a service that the kit does not know */
  readonly kind?: string;

  /** The name at which other containers of the same networks reach it. */
  readonly alias: string;

  /** It must prove that the service works, not only that a port is open. */
  readonly probe: Probe;

  /** When the probe runs, and how long a start may take. @default - as the environment has it */
  readonly health?: HealthTiming | undefined;

  /** The listeners that lead here, each with the port inside; those that are shut are left out. @default - none */
  readonly published?: readonly PublishedPort[];

  /** Data that only one version of the service reads. @default - none */
  readonly versioned?: NonNullable<ContainerFacts["versioned"]>;

  /** @default SIGTERM */
  readonly stopSignal?: string;

  /** Seconds between the stop signal and SIGKILL. @default 10 */
  readonly graceSeconds?: number;
}

/** A hardened container that runs for ever and is healthy before anything that needs it starts. */
export class ServiceContainer extends Construct {
  readonly container: Container;

  constructor(scope: Construct, id: string, props: ServiceContainerProps) {
    super(scope, id);
    const { graceSeconds = 10, stopSignal = "SIGTERM" } = props;
    const ports = publishedPorts(props.context, props.published ?? []);
    const timing = probeTiming(props.context.deployment, props.health);
    const healthcheck = healthcheckOf(props.probe, timing);
    this.container = new Container(this, "Container", {
      ...common(withProgram(props), props.alias, healthcheck),
      healthcheck,
      wait: true,
      waitTimeout: waitTimeoutSeconds(timing),
      restart: "unless-stopped",
      stopSignal,
      stopTimeout: graceSeconds,
      destroyGraceSeconds: graceSeconds,
      ...(ports.length === 0 ? {} : { ports: ports.map(({ listener: _, ...port }) => port) }),
    });
    waive(this.container, ...(props.waivers ?? []));
    stateFacts(this.container, {
      ...(props.kind === undefined ? {} : { kind: props.kind }),
      ...stated(props),
      ...(props.versioned === undefined ? {} : { versioned: props.versioned }),
      listeners: ports.map(({ listener, internal }) => ({ listener, internal })),
    });
  }
}

const healthcheckOf = (probe: Probe, timing: ProbeTiming) => ({
  test: probeCommand(probe(timing), timing).map(literal),
  interval: goDuration(timing.intervalSeconds),
  timeout: goDuration(probeTimeoutSeconds(timing)),
  retries: timing.retries,
  startPeriod: goDuration(timing.startPeriodSeconds),
});

/** With the probe's program mounted. */
function withProgram(props: ServiceContainerProps): ServiceContainerProps {
  const program = props.context.probeProgram();
  const volume = { name: program.volumeName, path: PROBE_FOLDER, readOnly: true };
  return {
    ...props,
    volumes: [...(props.volumes ?? []), volume],
    after: [program, ...(props.after ?? [])],
  };
}

/** A hardened container that runs once and must exit 0 before anything that needs it starts. */
export class JobContainer extends Construct {
  readonly container: Container;

  constructor(scope: Construct, id: string, props: ContainerProps) {
    super(scope, id);
    const name = resourceName(props.context, props.role);
    const shared = common(props, props.role);
    this.container = new Container(this, "Container", {
      ...shared,
      mustRun: false,
      attach: true,
      logs: true,
      restart: "no",
      stopSignal: "SIGTERM",
      stopTimeout: 10,
      destroyGraceSeconds: 10,
      lifecycle: {
        ...("lifecycle" in shared ? shared.lifecycle : {}),
        postcondition: [
          { condition: "${self.exit_code == 0}", errorMessage: `${name} failed, see its container_logs` },
        ],
      },
    });
    waive(this.container, ...(props.waivers ?? []));
    stateFacts(this.container, stated(props));
  }
}

/** For the one who reads that a limit was hit: where to raise it. For the one who wants a picture: what leads where. */
const stated = ({ limitsAt, connects = [] }: ContainerProps) => ({
  ...(limitsAt === undefined ? {} : { limitsAt }),
  ...(connects.length === 0 ? {} : { connects }),
});

/** The part that services and jobs share. */
function common(props: ContainerProps, alias: string, healthcheck?: object) {
  const { context, role, image, user, limits, networks, entrypoint, command, environment, files, tmpfs } =
    props;
  const configHash = context.secrets.keyedHash(
    hashedText({ healthcheck, init: hardened.init, tmpfs }, files?.hash ?? ""),
  );
  const mounts = [
    ...(files === undefined ? [] : [{ volumeName: files.volumeName, containerPath: FILES, readOnly: true }]),
    ...(props.volumes ?? []).map(({ name, path, readOnly }) => ({
      volumeName: name,
      containerPath: path,
      ...(readOnly ? { readOnly } : {}),
    })),
  ];
  const aliases = [...new Set([alias, role])];
  return {
    ...hardened,
    ...(props.readOnly === undefined ? {} : { readOnly: props.readOnly }),
    name: resourceName(context, role),
    image,
    user,
    memory: limits.memoryMiB,
    memorySwap: limits.memoryMiB,
    cpus: limits.cpus.toFixed(2).replace(/0$/, ""),
    networksAdvanced: networks.map(({ id }, index) => ({
      name: id,
      aliases,
      ...(index === 0 && props.address !== undefined ? { ipv4Address: props.address } : {}),
    })),
    ...(props.groups === undefined ? {} : { groupAdd: [...props.groups] }),
    labels: containerLabels(context, { role, configHash, pids: limits.pids }),
    env: Object.entries(environment ?? {})
      .map(([key, value]) => literal(`${key}=${value}`))
      .sort(),
    volumes: mounts,
    ...(tmpfs === undefined ? {} : { tmpfs: { ...tmpfs } }),
    ...(entrypoint === undefined ? {} : { entrypoint: entrypoint.map(literal) }),
    ...(command === undefined ? {} : { command: command.map(literal) }),
    // The engine keeps the first network's name here for a container that compose made, and nothing for Terraform's.
    ...(networks.length === 0 ? {} : { lifecycle: { ignoreChanges: ["network_mode"] } }),
    dependsOn: [...(files === undefined ? [] : [files.container]), ...after(props)],
  };
}

/** The containers that have to come first: those asked for, and the firewall if there is a way out. */
const after = ({ context, networks, after = [] }: ContainerProps): Container[] =>
  [
    ...(context.firewall !== undefined && networks.some(({ internal }) => !internal)
      ? [context.firewall]
      : []),
    ...after,
  ].flatMap((construct) => construct.node.findAll().filter((node) => node instanceof Container));

function publishedPorts({ deployment }: DeploymentScope, published: readonly PublishedPort[]) {
  return published.flatMap(({ listener, internal }) =>
    deployment.ports
      .filter((allowed) => allowed.listener === listener)
      .map(({ port, address, protocol }) => ({ listener, internal, external: port, ip: address, protocol })),
  );
}
