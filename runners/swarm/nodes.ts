import { fromManager } from "./manager.ts";
import { dataLabel } from "./names.ts";

const MEBIBYTE = 1024 ** 2;

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

interface NodeJson {
  readonly ID: string;
  readonly Description: { readonly Hostname: string; readonly Resources?: { readonly MemoryBytes?: number } };
  readonly Spec: { readonly Availability: string; readonly Labels?: Readonly<Record<string, string>> };
  readonly Status: { readonly State: string; readonly Addr: string };

  /** A manager does not see its own address in its status. */
  readonly ManagerStatus?: { readonly Addr: string; readonly Reachability: string };
}

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

/** Whether a node of the swarm of which this engine is a manager has the data of the deployment. */
export async function hasDataNode(deployment: string): Promise<boolean> {
  const filters = JSON.stringify({ "node.label": [`${dataLabel(deployment)}=true`] });
  return (await fromManager("/nodes", { filters })).length > 0;
}
