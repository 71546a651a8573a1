import { composeProject, LABEL } from "../../core/labels.ts";
import { fromEngine } from "../docker/engine-api.ts";
import type { Settings } from "../settings/settings.ts";
import { isOwnName, ownerOf, roleIn, type ServiceJson, servicesOf, servicesWith } from "./deployed.ts";
import { STACK_LABEL, VERSION_VARIABLE } from "./names.ts";
import { type SwarmNode, swarmNodes } from "./nodes.ts";
import { serviceSettings } from "./service-settings.ts";

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
