import { createServer } from "node:net";
import { UserError } from "../../core/errors.ts";
import { composeProject } from "../../core/labels.ts";
import type { Stack } from "../stack.ts";
import type { PortBlock } from "../stack-json.ts";
import { STACK_LABEL } from "../swarm/names.ts";
import { processAt } from "./host-listeners.ts";
import { listContainers, type Observation } from "./observe.ts";
import { refusePrivilegedPorts } from "./privileged-ports.ts";
import { remoteScheme } from "./remote.ts";

/**
 * Tries every port that the stack publishes and does not hold already, and asks whether the engine may open it. Only an engine on this machine can be
 * asked this way; a remote one says itself that a port is taken.
 *
 * @throws UserError that names the process or container behind each taken port, or each that the engine may not open
 */
export async function refuseTakenPorts(stack: Stack, { containers }: Observation): Promise<void> {
  if (remoteScheme() !== undefined) return;
  const free = stack.containers.filter(({ name }) => containers.get(name)?.State.Running !== true);
  const ports = free.flatMap(({ block }) => block.ports ?? []);
  await refusePrivilegedPorts(ports);
  const inUse = (await Promise.all(ports.map(async (port) => ((await isFree(port)) ? [] : [port])))).flat();
  if (inUse.length === 0) return;
  const own = await portsOfTasks(stack);
  const taken = inUse.filter(({ external }) => !own.has(external));
  if (taken.length === 0) return;
  const lines = await Promise.all(
    taken.map(async (port) => `port ${port.ip}:${port.external} is taken by ${await holder(port)}`),
  );
  throw new UserError(
    lines.join("\n"),
    "stop it, or choose another port under listeners in the configuration",
  );
}

/** The ports that the deployment itself has on this engine's node, where it is on a swarm: its containers have other names there. */
export async function portsOfTasks({ name }: Stack): Promise<ReadonlySet<number | undefined>> {
  const label = [`${STACK_LABEL}=${composeProject(name)}`];
  const tasks = await listContainers({ label, status: ["running"] });
  return new Set(tasks.flatMap(({ Ports }) => Ports.map(({ PublicPort }) => PublicPort)));
}

function isFree({ ip, external }: PortBlock): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    // Only a port in use counts: an address this machine does not have is the engine's to report.
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code !== "EADDRINUSE"));
    server.listen({ host: ip, port: external, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Who listens there: a container, else a process of this machine. */
async function holder({ ip, external }: PortBlock): Promise<string> {
  const published = await listContainers({ publish: [String(external)], status: ["running"] });
  const container = published[0]?.Names[0]?.slice(1);
  if (container !== undefined) return `the container ${container}`;
  const process = processAt(ip, external);
  if (process !== undefined) return `the process ${process}`;
  return "another process (run this as root to see which)";
}
