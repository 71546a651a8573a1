import { UserError } from "../../core/errors.ts";
import { atEngine, engineHost } from "../docker/current-engine.ts";
import { fromEngine } from "../docker/engine-api.ts";
import type { EngineAddress, Stack } from "../stack.ts";
import { type SwarmNode, withoutPort } from "./nodes.ts";

/** A container of a swarm that cannot be worked on from here. */
export class PlaceError extends UserError {
  /** Whether it runs on no node, which is known; else its node is not reached. */
  readonly isNowhere: boolean;

  constructor(isNowhere: boolean, message: string, ...remedy: readonly string[]) {
    super(message, ...remedy);
    this.isNowhere = isNowhere;
  }
}

/** Nodes, each with the address at which its engine has said that it is that node's. */
const verified = new Set<string>();

/**
 * The engine of a node, which has said itself that it is that node's; undefined for the one of this process.
 *
 * @param needs why it is asked for, as errors say it: `redis runs on the node`
 * @throws PlaceError where nobody says where it is, it does not answer, or is another node's
 */
export async function engineOf(
  node: SwarmNode,
  stack: Stack,
  needs: string,
): Promise<EngineAddress | undefined> {
  if ((await nodeHere()) === node.id) return undefined;
  const engine = stack.swarm?.engines?.[node.name] ?? sameUser(node);
  if (engine === undefined)
    throw new PlaceError(
      false,
      `${needs} ${node.name}, and nothing says where that node's engine is`,
      `set swarm.engines.${node.name}.host of the site file: ssh://user@${node.address}, or tcp:// with certificates`,
    );
  const both = `${node.id} ${engine.host}`;
  if (!verified.has(both)) await refuseAnother(node, engine, needs);
  verified.add(both);
  return engine;
}

/** An engine's own knowledge of its swarm. */
interface Part {
  readonly NodeID?: string;
  readonly RemoteManagers?: readonly { readonly NodeID: string; readonly Addr: string }[] | null;
}

const partOfEngine = async (): Promise<Part> =>
  (await fromEngine<{ readonly Swarm?: Part }>("/info"))?.Swarm ?? {};

const nodeHere = async (): Promise<string | undefined> => (await partOfEngine()).NodeID;

const known = new WeakMap<Stack, Promise<readonly EngineAddress[]>>();

/**
 * The engines of other nodes that can be asked while nobody can be asked for the list of nodes: those that the site file names, and by
 * SSH those of the managers, which each node knows. One that does not answer, or is of another swarm, is left out.
 */
export function enginesWithoutLeader(stack: Stack): Promise<readonly EngineAddress[]> {
  const found = known.get(stack) ?? reachable(stack);
  known.set(stack, found);
  return found;
}

async function reachable({ swarm }: Stack): Promise<readonly EngineAddress[]> {
  const here = await partOfEngine();
  const managers = here.RemoteManagers ?? [];
  const engines = [
    ...Object.values(swarm?.engines ?? {}),
    ...managers.flatMap(({ Addr }) => sameUser({ address: withoutPort(Addr) }) ?? []),
  ];
  const others = [...new Map(engines.map((engine) => [engine.host, engine])).values()].map(async (engine) => {
    const there = await atEngine(engine, partOfEngine).catch((error: unknown): Part => {
      if (!(error instanceof UserError)) throw error;
      return {};
    });
    const isOfSwarm = (there.RemoteManagers ?? []).some(({ NodeID }) =>
      managers.some((manager) => manager.NodeID === NodeID),
    );
    return isOfSwarm && there.NodeID !== here.NodeID ? [engine] : [];
  });
  return (await Promise.all(others)).flat();
}

/** An address may lead to another machine by now, and host names of nodes need not be unique. */
async function refuseAnother(node: SwarmNode, engine: EngineAddress, needs: string): Promise<void> {
  const remedy = `swarm.engines.${node.name}.host of the site file says where that node's engine is; it is reached as docker -H ${engine.host} does`;
  const found = await atEngine(engine, nodeHere).catch((error: unknown) => {
    if (!(error instanceof UserError)) throw error;
    throw new PlaceError(false, `${needs} ${node.name}: ${error.message}`, remedy);
  });
  if (found === node.id) return;
  throw new PlaceError(
    false,
    `${needs} ${node.name}, and the engine at ${engine.host} is another node's`,
    remedy,
  );
}

/** Who may log in at a manager by SSH is taken to be one who may at the other nodes, with the same keys. */
function sameUser({ address }: Pick<SwarmNode, "address">): EngineAddress | undefined {
  const found = /^ssh:\/\/([^@]+@)?[^@:]+(:\d+)?$/.exec(engineHost() ?? "");
  if (found === null) return undefined;
  const [, user = "", port = ""] = found;
  return { host: `ssh://${user}${address.includes(":") ? `[${address}]` : address}${port}` };
}
