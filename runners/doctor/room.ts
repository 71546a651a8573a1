import { statfs } from "node:fs/promises";
import { UserError } from "../../core/errors.ts";
import { fileProblem } from "../../core/file-problem.ts";
import type { EngineInfo } from "../docker/engine-info.ts";
import { isEngineHere } from "../docker/host-listeners.ts";
import { type ImageState, imageOf } from "../docker/observe.ts";
import { processorProblems } from "../preflight/processors.ts";
import type { Stack } from "../stack.ts";
import type { SwarmNode } from "../swarm/nodes.ts";
import { type Finding, ok, problem, unknown, warning } from "./finding.ts";

const MIB = 1024 ** 2;

/** An update keeps the old images next to the new ones, some 1.5 GB. */
const LEAST_FREE_MIB = 2048;
const LEAST_FREE_SHARE = 0.05;

/** Room on the disk of the engine, and of the folder where secrets and state are. */
export async function diskRoom(info: EngineInfo, home: string): Promise<readonly Finding[]> {
  const root = info.DockerRootDir ?? "";
  return [
    (await isEngineHere())
      ? await roomOf("disk.engine", root)
      : unknown("disk.engine", `${root} is on another machine`, `look there: df -h ${root}; df -i ${root}`),
    await roomOf("disk.project", home),
  ];
}

async function roomOf(id: string, path: string): Promise<Finding> {
  try {
    const { bavail, blocks, bsize, ffree, files } = await statfs(path);
    return judgedRoom(id, path, {
      freeMiB: Math.round((bavail * bsize) / MIB),
      share: bavail / blocks,
      // Some file systems have no fixed number of inodes and say 0.
      inodes: files === 0 ? 1 : ffree / files,
    });
  } catch (error) {
    return unknown(id, `${path}: ${fileProblem(error)}`, `look with the right to: df -h ${path}`);
  }
}

export function judgedRoom(
  id: string,
  path: string,
  { freeMiB, share, inodes }: { readonly freeMiB: number; readonly share: number; readonly inodes: number },
): Finding {
  const percent = (part: number) => `${Math.floor(part * 100)} %`;
  const said = `${path}: ${freeMiB} MiB free (${percent(share)}), ${percent(inodes)} of the inodes`;
  if (freeMiB >= LEAST_FREE_MIB && inodes >= LEAST_FREE_SHARE) return ok(id, said);
  return problem(
    id,
    said,
    "free some: docker system df shows what the engine keeps; docker image prune removes images that nothing uses",
  );
}

/**
 * The memory of the engine's machine against the sum of what the services may take.
 *
 * @param nodes of the swarm that they are on, or why nobody can tell them. @default - all are on that machine
 */
export function memoryRoom(
  { containers }: Stack,
  { MemTotal = 0 }: Pick<EngineInfo, "MemTotal">,
  nodes: readonly Pick<SwarmNode, "memoryMiB">[] | UserError = [],
): Finding {
  if (nodes instanceof UserError) return unknown("memory.sum", nodes.message, ...nodes.remedy);
  const wanted = containers
    .filter(({ job }) => !job)
    .reduce((sum, { block }) => sum + (block.memory ?? 0), 0);
  const [who, there] =
    nodes.length === 0
      ? ["machine has", Math.round(MemTotal / MIB)]
      : ["nodes of the swarm have", nodes.reduce((sum, { memoryMiB }) => sum + memoryMiB, 0)];
  const said = `the services may take ${wanted} MiB together, the ${who} ${there}`;
  return wanted <= there
    ? ok("memory.sum", said)
    : warning(
        "memory.sum",
        `${said}: under load the kernel ends one of them`,
        "lower limits.memoryMiB of services, or give the machine more memory",
      );
}

/** The processors of the engine's machine against what each service may take. */
export function processorRoom(stack: Stack, info: EngineInfo): Finding {
  const problems = processorProblems(stack, info);
  return problems.length === 0
    ? ok(
        "limits.processors",
        `no service may take more than the ${info.NCPU ?? "?"} processors of the engine's machine`,
      )
    : problem(
        "limits.processors",
        problems.map((entry) => entry.problem).join("; "),
        problems.map(({ remedy }) => remedy).join("; "),
      );
}

/** Whether the images that are there are for the machine that runs them. */
export async function architecture({ images }: Stack, info: EngineInfo): Promise<Finding> {
  const machine = GO_NAME[info.Architecture ?? ""] ?? info.Architecture ?? "?";
  if (images.length === 0) return ok("engine.architecture", `the engine's machine is ${machine}`);
  const found = (await Promise.all(images.map(imageOf))).flatMap((image) => image ?? []);
  const others = found.filter(({ Architecture }) => Architecture !== machine);
  const said = `the engine's machine is ${machine}, and so are ${found.length - others.length} of ${images.length} images (${images.length - found.length} are not there yet)`;
  return others.length === 0
    ? ok("engine.architecture", said)
    : problem(
        "engine.architecture",
        `${said}; not: ${others.map(nameAndArchitecture).join(", ")}`,
        `make or pull them for ${machine}: exploreiot images`,
      );
}

const nameAndArchitecture = ({ Architecture, RepoTags, Id }: ImageState): string =>
  `${Architecture} ${RepoTags?.[0] ?? Id}`;

/** The kernel's names of architectures, with those of images. */
const GO_NAME: Readonly<Record<string, string>> = {
  x86_64: "amd64",
  aarch64: "arm64",
  armv7l: "arm",
  i686: "386",
};
