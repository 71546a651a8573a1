import { UserError } from "../../core/errors.ts";
import { composeProject, LABEL } from "../../core/labels.ts";
import { fromEngine, RefusedError } from "../docker/engine-api.ts";
import { engineInfo } from "../docker/engine-info.ts";
import type { Settings } from "../settings/settings.ts";
import { type ServiceSpec, serviceSettings } from "./service-settings.ts";

/** The status of an engine that is in no swarm, or a worker; and of a manager without a leader. */
const NO_MANAGER = 503;

const MEBIBYTE = 1024 ** 2;

/** The label by which `docker stack` knows what belongs together. */
export const STACK_LABEL = "com.docker.stack.namespace";

/**
 * The variable of a container's environment with the version of its service where Terraform made it: with another label of
 * containers, which is where a stack file has it, the provider would replace the service.
 */
export const VERSION_VARIABLE = "EXPLOREIOT_SPEC";

/** The last that is known of a task: one container of a service, on one node. */
interface Task {
  readonly id: string;

  /** As the swarm says it: `running` only once the container's healthcheck succeeded, `complete` where a job is done. */
  readonly state: string;

  /** RFC 3339. */
  readonly since: string;
  readonly error?: string;

  /** Host name. @default - none is chosen yet */
  readonly node?: string;
  readonly nodeId?: string;

  /** Id at the engine of its node. @default - none is made yet */
  readonly container?: string;
}

/** A service of the deployment's stack. */
export interface SwarmServiceState {
  /** The version of all that is said of it (label `exploreiot.spec`, or `VERSION_VARIABLE`), of the service and of what runs. */
  readonly version: string | undefined;
  readonly running: string | undefined;

  /** `updating`, `rollback_completed` and so on. @default - it was never updated */
  readonly update?: string;

  readonly task?: Task;

  /** Whether a task runs, or is to. A job that is done, or was tried often enough, has none. */
  readonly goesOn: boolean;

  /**
   * Whether it says itself that this version of it is done (label `exploreiot.done`). Tasks do not say it for long: the swarm forgets
   * ended ones, and then runs the job again.
   */
  readonly isDone: boolean;

  /** All that a stack file decides of it, by setting. */
  readonly settings: Settings;
}

/** A network of the deployment's stack. */
export interface SwarmNetwork {
  readonly name: string;
  readonly internal: boolean;
  readonly encrypted: boolean;

  /** Whether containers that are no tasks may be put on it. */
  readonly attachable: boolean;
  readonly subnets: readonly string[];
}

/** Anything that a manager knows under the labels of a deployment, configured or not. */
export interface SwarmObject {
  readonly kind: "service" | "network" | "secret" | "config";

  /** In the swarm. */
  readonly name: string;

  /** Whether it was made from the stack: a service that only has some of its labels is somebody else's work, and nothing removes it. */
  readonly isOfStack: boolean;
}

export interface SwarmState {
  /** By role: those with the name that a service of the deployment has. */
  readonly services: ReadonlyMap<string, SwarmServiceState>;

  /** All that has the label of the stack, or of the deployment. */
  readonly objects: readonly SwarmObject[];

  /** Whose secrets it has (label `exploreiot.checkout`). @default - it is from before services had it */
  readonly owner?: string;

  /** Ids of all tasks that the swarm knows, ended ones too. */
  readonly tasks: readonly string[];

  readonly nodes: readonly SwarmNode[];

  readonly networks: readonly SwarmNetwork[];
}

export interface SwarmNode {
  readonly id: string;

  /** Host name. */
  readonly name: string;
  readonly status: string;
  readonly availability: string;

  /** IP address by which other nodes know it. */
  readonly address: string;

  /** All that it has. */
  readonly memoryMiB: number;
  readonly labels: Readonly<Record<string, string>>;

  /** Of a manager: whether the leader reaches it. @default - it is a worker */
  readonly reachability?: string;
}

interface NetworkJson {
  readonly Id: string;
  readonly Name: string;
  readonly Internal: boolean;
  readonly Attachable: boolean;
  readonly Options?: Readonly<Record<string, string>> | null;
  readonly IPAM: { readonly Config?: readonly { readonly Subnet: string }[] | null };
}

interface FileJson {
  readonly Spec: { readonly Name: string };
}

interface ServiceJson {
  readonly ID: string;
  readonly Spec: ServiceSpec & { readonly Name: string };
  readonly UpdateStatus?: { readonly State?: string };
}

interface SpecJson {
  readonly ContainerSpec: {
    readonly Labels?: Readonly<Record<string, string>>;
    readonly Env?: readonly string[];
  };
}

interface TaskJson {
  readonly ID: string;
  readonly ServiceID: string;
  readonly NodeID?: string;
  readonly CreatedAt: string;
  readonly DesiredState: string;
  readonly Spec: SpecJson;
  readonly Status: {
    readonly State: string;
    readonly Timestamp: string;
    readonly Err?: string;
    readonly ContainerStatus?: { readonly ContainerID?: string };
  };
}

interface NodeJson {
  readonly ID: string;
  readonly Description: { readonly Hostname: string; readonly Resources?: { readonly MemoryBytes?: number } };
  readonly Spec: { readonly Availability: string; readonly Labels?: Readonly<Record<string, string>> };
  readonly Status: { readonly State: string; readonly Addr: string };

  /** A manager does not see its own address in its status. */
  readonly ManagerStatus?: { readonly Addr: string; readonly Reachability: string };
}

/** The name of a service in the swarm. */
export const swarmService = (deployment: string, role: string): string =>
  `${composeProject(deployment)}_${role}`;

/**
 * Services of the deployment; none where this engine is no manager of a swarm.
 *
 * @throws RefusedError by a manager that cannot tell: taken for none, `up` would deploy a second time, on one machine
 */
const servicesOf = (deployment: string): Promise<readonly ServiceJson[]> =>
  servicesWith(`${LABEL.deployment}=${deployment}`);

const servicesWith = (label: string): Promise<readonly ServiceJson[]> =>
  fromManager("/services", { filters: JSON.stringify({ label: [label] }) });

/** A list of the swarm; an empty one where this engine is no manager of any. */
async function fromManager<T>(path: string, query?: Readonly<Record<string, string>>): Promise<readonly T[]> {
  try {
    return (await fromEngine<readonly T[]>(path, query)) ?? [];
  } catch (error) {
    if (error instanceof RefusedError && error.status === NO_MANAGER && (await managesNone())) return [];
    throw error;
  }
}

/** Deployments on the swarm of which this engine is a manager. */
export async function swarmDeployments(): Promise<ReadonlySet<string>> {
  const services = await servicesWith(LABEL.deployment);
  return new Set(services.flatMap(({ Spec }) => Spec.Labels?.[LABEL.deployment] ?? []));
}

/** A manager that is not ready, or has lost the others, has the same status as an engine without a swarm. */
async function managesNone(): Promise<boolean> {
  const { LocalNodeState, ControlAvailable } = await partInSwarm();
  return LocalNodeState === "inactive" || (LocalNodeState === "active" && !ControlAvailable);
}

/** Whether this engine is in a swarm and manages none of it: only a manager knows what is on it. */
export async function isWorker(): Promise<boolean> {
  const { LocalNodeState, ControlAvailable } = await partInSwarm();
  return LocalNodeState === "active" && !ControlAvailable;
}

async function partInSwarm() {
  const { Swarm } = await engineInfo();
  const { LocalNodeState = "inactive", ControlAvailable = false } = Swarm ?? {};
  return { LocalNodeState, ControlAvailable };
}

/** Whether this engine is a manager of a swarm on which the deployment is. */
export const isOnSwarm = async (deployment: string): Promise<boolean> =>
  (await servicesOf(deployment)).length > 0;

/**
 * Whose secrets a deployment on the swarm of this engine has (label `exploreiot.checkout`).
 *
 * @returns undefined where it is on none, or from before services had the label
 */
export async function ownerOnSwarm(deployment: string): Promise<string | undefined> {
  const own = (await servicesOf(deployment)).filter((service) => isOwnName(service, deployment));
  return own.map(ownerOf).find((owner) => owner !== undefined);
}

const ownerOf = ({ Spec }: ServiceJson): string | undefined => Spec.Labels[LABEL.checkout];

/**
 * Refuses a deployment on a swarm for verbs that look for its containers on one engine. To `up` it would be a second one next to it,
 * with the same devices and other data.
 *
 * @param instead what takes the place of the verb. @default - docs/swarm.md says it
 * @param dataToo whether the data of one that is down is enough: on one machine nobody would find it
 */
export async function refuseOnSwarm(
  name: string,
  instead: readonly string[] = [
    "docs/swarm.md says which verbs know a swarm, and what takes the place of this one",
    "or take it down first: exploreiot down",
  ],
  dataToo = false,
): Promise<void> {
  const isUp = await isOnSwarm(name);
  if (isUp || (dataToo && (await hasDataNode(name))))
    throw new UserError(
      `${isUp ? name : `the data of ${name}`} is on the swarm of this engine, and this verb works on the containers of one engine`,
      ...instead,
    );
}

/** Tasks of these services, as long as the swarm knows them: it keeps the last few that have ended. */
const tasksOf = async (services: readonly string[]): Promise<readonly TaskJson[]> =>
  (await fromEngine<readonly TaskJson[]>("/tasks", { filters: JSON.stringify({ service: services }) })) ?? [];

/** A deployment as a manager of its swarm sees it; undefined where this engine is none, or has no such stack. */
export async function observeSwarm(deployment: string): Promise<SwarmState | undefined> {
  const said = await servicesOf(deployment);
  if (said.length === 0) return undefined;
  const label = `${STACK_LABEL}=${composeProject(deployment)}`;
  const filters = { filters: JSON.stringify({ label: [label] }) };
  const own = said.filter((service) => isOwnName(service, deployment));
  const [tasks, nodes, networks = [], stacked, secrets = [], configs = []] = await Promise.all([
    tasksOf(said.map(({ ID }) => ID)),
    swarmNodes(),
    fromEngine<readonly NetworkJson[]>("/networks", filters),
    servicesWith(label),
    fromEngine<readonly FileJson[]>("/secrets", filters),
    fromEngine<readonly FileJson[]>("/configs", filters),
  ]);
  const networkNames = new Map(networks.map(({ Id, Name }) => [Id, Name]));
  const hostname = new Map(nodes.map(({ id, name }) => [id, name]));
  const owner = own.map(ownerOf).find((one) => one !== undefined);
  const ofStack = (kind: SwarmObject["kind"]) => (name: string) => ({ kind, name, isOfStack: true });
  const both = new Set(stacked.map(({ ID }) => ID));
  return {
    ...(owner === undefined ? {} : { owner }),
    services: new Map(
      own.map((service) => [
        roleIn(service) as string,
        stateOf(
          service,
          tasks.filter(({ ServiceID }) => ServiceID === service.ID),
          hostname,
          networkNames,
        ),
      ]),
    ),
    objects: [
      ...[...new Map([...said, ...stacked].map((one) => [one.ID, one])).values()].map((service) => ({
        ...{ kind: "service" as const, name: service.Spec.Name },
        isOfStack:
          both.has(service.ID) &&
          service.Spec.Labels[LABEL.deployment] === deployment &&
          (owner === undefined || ownerOf(service) !== undefined),
      })),
      ...networks.map(({ Name }) => Name).map(ofStack("network")),
      ...secrets.map(({ Spec }) => Spec.Name).map(ofStack("secret")),
      ...configs.map(({ Spec }) => Spec.Name).map(ofStack("config")),
    ],
    networks: networks.map(({ Name, Internal, Attachable, Options, IPAM }) => ({
      ...{ name: Name, internal: Internal, encrypted: "encrypted" in (Options ?? {}) },
      attachable: Attachable,
      subnets: (IPAM.Config ?? []).map(({ Subnet }) => Subnet),
    })),
    nodes,
    tasks: tasks.map(({ ID }) => ID),
  };
}

const roleIn = ({ Spec }: ServiceJson): string | undefined => Spec.Labels[LABEL.role];

/** Anybody may put the label of a role on a service: by its name it is the deployment's. */
const isOwnName = (service: ServiceJson, deployment: string): boolean =>
  service.Spec.Name === swarmService(deployment, roleIn(service) ?? "");

/** All machines of the swarm of which this engine is a manager; none where it is none. */
export async function swarmNodes(): Promise<readonly SwarmNode[]> {
  const nodes = await fromManager<NodeJson>("/nodes");
  return nodes.map(({ ID, Description, Status, ManagerStatus, Spec }) => ({
    ...{ id: ID, name: Description.Hostname, status: Status.State, availability: Spec.Availability },
    memoryMiB: Math.round((Description.Resources?.MemoryBytes ?? 0) / MEBIBYTE),
    labels: Spec.Labels ?? {},
    address: ManagerStatus === undefined ? Status.Addr : withoutPort(ManagerStatus.Addr),
    ...(ManagerStatus === undefined ? {} : { reachability: ManagerStatus.Reachability }),
  }));
}

/** The IP address of a manager, as others are told it with its port. */
export const withoutPort = (address: string): string => address.replace(/:\d+$/, "").replace(/^\[|\]$/g, "");

/** A label of a node: the deployment's data is there, also while it is down. */
export const dataLabel = (deployment: string): string => `exploreiot.${deployment}.data`;

/** Whether a node of the swarm of which this engine is a manager has the data of the deployment. */
export async function hasDataNode(deployment: string): Promise<boolean> {
  const filters = JSON.stringify({ "node.label": [`${dataLabel(deployment)}=true`] });
  return (await fromManager("/nodes", { filters })).length > 0;
}

function versionOf({ ContainerSpec: { Labels, Env = [] } }: SpecJson): string | undefined {
  const entry = Env.find((one) => one.startsWith(`${VERSION_VARIABLE}=`));
  return Labels?.[LABEL.spec] ?? entry?.slice(VERSION_VARIABLE.length + 1);
}

/** States that a task is to reach while the swarm still has something to do for it. */
const TO_GO_ON = ["new", "ready", "running"];

/** The task that runs stands for the service, also while a newer one is not there yet; else the newest does. */
function stateOf(
  { Spec, UpdateStatus }: ServiceJson,
  tasks: readonly TaskJson[],
  hostname: ReadonlyMap<string, string>,
  networks: ReadonlyMap<string, string>,
): SwarmServiceState {
  const newest = tasks.toSorted((one, other) => (one.CreatedAt < other.CreatedAt ? 1 : -1));
  const task = newest.find(({ Status }) => Status.State === "running") ?? newest[0];
  const update = UpdateStatus?.State;
  const version = versionOf(Spec.TaskTemplate);
  return {
    version,
    isDone: version !== undefined && Spec.Labels[LABEL.done] === version,
    settings: serviceSettings(Spec, networks),
    running: task === undefined ? undefined : versionOf(task.Spec),
    goesOn: tasks.some(({ DesiredState }) => TO_GO_ON.includes(DesiredState)),
    ...(update === undefined ? {} : { update }),
    ...(task === undefined ? {} : { task: taskOf(task, hostname) }),
  };
}

function taskOf({ ID, NodeID, Status }: TaskJson, hostname: ReadonlyMap<string, string>): Task {
  const node = NodeID === undefined ? undefined : hostname.get(NodeID);
  const container = Status.ContainerStatus?.ContainerID;
  return {
    ...{ id: ID, state: Status.State, since: Status.Timestamp },
    ...(Status.Err === undefined ? {} : { error: Status.Err }),
    ...(node === undefined ? {} : { node }),
    ...(NodeID === undefined ? {} : { nodeId: NodeID }),
    ...(container ? { container } : {}),
  };
}
