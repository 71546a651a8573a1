import { composeProject, roleOf } from "../../core/labels.ts";
import { atEngine, engineOfWork } from "../docker/current-engine.ts";
import { fromEngine, RefusedError } from "../docker/engine-api.ts";
import { EngineError } from "../docker/engine-errors.ts";
import { remoteHost } from "../docker/remote.ts";
import type { ContainerSpec, EngineAddress, Stack } from "../stack.ts";
import { isOnSwarm } from "./deployed.ts";
import { swarmService } from "./names.ts";
import { engineOf, enginesWithoutLeader, PlaceError } from "./node-engine.ts";
import { observeSwarm } from "./observe-swarm.ts";

/** Where a container is. */
interface Place {
  /** That has it. @default - the one of this process */
  readonly engine?: EngineAddress | undefined;

  /** As that engine knows it. */
  readonly id: string;
}

/** The stack whose containers are looked for on every node of its swarm. */
let spread: Stack | undefined;

/**
 * From here on the containers of a stack are found on all nodes of its swarm, if it is on one: where the engine of this process is
 * a manager, or a node that has some of them.
 */
export async function followSwarm(stack: Stack): Promise<void> {
  const here = await containersHere(stack);
  spread = here.length > 0 || (await isAround(stack)) ? stack : undefined;
}

/** Whether it is on the swarm, as a manager says, or without a leader the engines of other nodes. */
async function isAround(stack: Stack): Promise<boolean> {
  try {
    return await isOnSwarm(stack.name);
  } catch (error) {
    if (!isLeaderless(error)) throw error;
    const engines = await enginesWithoutLeader(stack);
    const found = await Promise.all(engines.map((engine) => atEngine(engine, () => containersHere(stack))));
    if (found.flat().length === 0) throw error;
    return true;
  }
}

const isLeaderless = (error: unknown): error is EngineError =>
  error instanceof EngineError && error.trouble === "no leader";

/** Of the stack, on the node of this engine. */
const containersHere = async ({ name }: Stack): Promise<readonly unknown[]> =>
  (await fromEngine<readonly unknown[]>("/containers/json", {
    filters: JSON.stringify({ label: [`com.docker.stack.namespace=${composeProject(name)}`] }),
  })) ?? [];

/**
 * Works on a container by the engine that has it, under the id or name that it has there.
 *
 * @param name as the JSON has it
 * @param work is done again, once, where the engine refuses because the container has moved
 * @throws PlaceError that says where it is, and how its node's engine is reached, where that cannot be done
 */
export async function atContainer<T>(name: string, work: (id: string) => Promise<T>): Promise<T> {
  const stack = spread;
  const spec = stack?.containers.find((one) => one.name === name);
  if (stack === undefined || spec === undefined) return work(name);
  // Asked within the work on another container, its engine is not the one that knows.
  const found = () => atEngine(undefined, () => placeOf(stack, spec));
  const there = (place: Place) => atEngine(place.engine, () => work(place.id));
  const place = await found();
  try {
    return await there(place);
  } catch (error) {
    if (!isGone(error)) throw error;
    const now = await found();
    if (now.id === place.id) throw error;
    return there(now);
  }
}

/**
 * The same for many at a time, once for each engine that has some. Those that cannot be worked on are left out.
 *
 * @param work is given the name in the JSON of each id
 */
export async function atEach<T>(
  names: readonly string[],
  work: (nameOf: ReadonlyMap<string, string>) => Promise<T>,
): Promise<readonly T[]> {
  const places = await Promise.all(
    names.map((name) =>
      atContainer(name, async (id) => [{ name, id, engine: engineOfWork() }]).catch((error: unknown) => {
        if (!(error instanceof PlaceError)) throw error;
        return [];
      }),
    ),
  );
  const found = places.flat();
  const engines = new Map(found.map(({ engine }) => [engine?.host, engine]));
  return Promise.all(
    [...engines].map(([host, engine]) => {
      const there = found.filter((one) => one.engine?.host === host);
      return atEngine(engine, () => work(new Map(there.map(({ id, name }) => [id, name]))));
    }),
  );
}

/**
 * The machine on which a container's ports are published, as this one reaches it; undefined for this machine, or where nothing but
 * the engine's socket is known of it.
 */
export async function machineOf(name: string): Promise<string | undefined> {
  const stack = spread;
  const spec = stack?.containers.find((one) => one.name === name);
  if (stack === undefined || spec === undefined) return remoteHost();
  const host = await atContainer(name, async () => remoteHost());
  if (host !== undefined) return host;
  const swarm = await observeSwarm(stack.name);
  const node = swarm?.services.get(roleOf(spec))?.task?.nodeId;
  const address = swarm?.nodes.find(({ id }) => id === node)?.address;
  // The address of a swarm with one node, which knows no other.
  return address?.startsWith("127.") ? undefined : address;
}

/** Whether a stack is followed on its swarm. */
export const isSpread = (): boolean => spread !== undefined;

/** No such container, or one that does not run. */
const isGone = (error: unknown): boolean =>
  error instanceof RefusedError && [404, 409].includes(error.status);

/** A container of this node needs no manager. */
async function placeOf(stack: Stack, spec: ContainerSpec): Promise<Place> {
  const [own] = await runningHere(stack, roleOf(spec));
  return own === undefined ? placeElsewhere(stack, roleOf(spec)) : { id: own.Id };
}

interface Running {
  readonly Id: string;

  /** Seconds. */
  readonly Created: number;
}

/** Containers of a service on the node of this engine. */
async function runningHere(stack: Stack, role: string): Promise<readonly Running[]> {
  const service = `com.docker.swarm.service.name=${swarmService(stack.name, role)}`;
  const filters = JSON.stringify({ label: [service], status: ["running"] });
  return (await fromEngine<readonly Running[]>("/containers/json", { filters })) ?? [];
}

/** Where nobody leads, the engines are asked themselves. @param reason that it cannot be done otherwise */
async function placeWithoutLeader(stack: Stack, role: string, reason: EngineError): Promise<Place> {
  const engines = await enginesWithoutLeader(stack);
  const found = await Promise.all(
    engines.map((engine) =>
      atEngine(engine, async () => (await runningHere(stack, role)).map((one) => ({ ...one, engine }))),
    ),
  );
  // A node that was cut off before may still have one that was replaced since.
  const newest = found.flat().toSorted((one, other) => other.Created - one.Created)[0];
  if (newest !== undefined) return { engine: newest.engine, id: newest.Id };
  const where =
    engines.length === 0 ? "the node of this engine" : "the nodes whose engines are known here and answer";
  throw new PlaceError(
    false,
    `${role} is not on ${where}, and nobody knows on which it is: ${reason.message}`,
    "ask the engine of the node that has it: DOCKER_HOST, or swarm.engines of the site file; that needs no leader",
    ...reason.remedy,
  );
}

async function placeElsewhere(stack: Stack, role: string): Promise<Place> {
  const swarm = await observeSwarm(stack.name).catch((error: unknown) => {
    if (!isLeaderless(error)) throw error;
    return error;
  });
  if (swarm instanceof EngineError) return placeWithoutLeader(stack, role, swarm);
  if (swarm === undefined)
    throw new PlaceError(
      false,
      `${role} is not on the node of this engine, which is no manager and knows no other node`,
      "ask a manager's engine: DOCKER_HOST, or engine.host of the site file",
    );
  const task = swarm.services.get(role)?.task;
  const node = swarm.nodes.find(({ id }) => id === task?.nodeId);
  if (task?.state !== "running" || task.container === undefined || node === undefined)
    throw new PlaceError(
      true,
      `${role} does not run: ${[task?.state ?? "it has no task", task?.error].filter(Boolean).join(", ")}`,
      "exploreiot status and exploreiot logs say more",
    );
  if (node.status !== "ready")
    throw new PlaceError(
      false,
      `${role} was last seen on the node ${node.name}, which is ${node.status}`,
      "see to that machine; exploreiot status says which nodes are away",
    );
  return { engine: await engineOf(node, stack, `${role} runs on the node`), id: task.container };
}
