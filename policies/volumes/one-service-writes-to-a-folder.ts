import type { Resource, StackDocument } from "../document.ts";
import { runTogether } from "../facts/compose-profiles.ts";
import { isRuntimeSocket, isSensitive } from "../facts/host-paths.ts";
import { bindsOf, hasBinds, isWritable } from "../facts/mounts.ts";
import { remembered } from "../facts/remembered.ts";
import { RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { isKnown, show } from "../values.ts";

export const oneServiceWritesToAFolder = definePolicy({
  id: "VOL-009",
  severity: "low",
  title: "one service writes to a folder of the host",
  why: "Two databases on one folder destroy it, and two programs that write the same files lose changes. For an intruder the folder is a way from one container into the next.",
  avoid:
    "services:\n  shop: {image: example/shop:1, volumes: ['./data:/data']}\n  worker: {image: example/worker:1, volumes: ['./data:/data']}",
  prefer:
    "services:\n  shop: {image: example/shop:1, volumes: ['./data:/data']}\n  worker: {image: example/worker:1, volumes: ['./data:/data:ro']}",
  allowed: "one service with write access to a folder and what is below it; read_only for the others",
  fix: "mount it read-only in all services but one, or give each a folder of its own",
  words: {
    compose: { allowed: "one service with write access to a folder and what is below it; ro for the others" },
  },
  source: "KICS, Shared Volumes Between Containers",
  looksAt: RUNS,
  where: hasBinds,
  check: (resource, stack) => sharedIn(stack).get(resource) ?? [],
});

/** Folders of the system and sockets have rules of their own, for the first who has them already. */
const isOfTheProject = (path: unknown): path is string =>
  typeof path === "string" && isKnown(path) && !isRuntimeSocket(path) && !isSensitive(path);

/** On each service but the first who writes there, in the order of the stack. */
const sharedIn = remembered((stack: StackDocument): ReadonlyMap<Resource, readonly string[]> => {
  const writers = new Map<string, Resource[]>();
  const below = new Map<string, Resource[]>();
  const found = new Map<Resource, readonly string[]>();
  for (const resource of stack.of(RUNS)) {
    const folders = writtenBy(resource);
    const shared = folders.flatMap((folder) => {
      const other = [folder, ...above(folder)]
        .flatMap((path) => writers.get(path) ?? [])
        .concat(below.get(folder) ?? [])
        .find((writer) => runTogether(writer.block, resource.block));
      return other === undefined ? [] : [`${other.path} writes to ${show(folder)} as well`];
    });
    if (shared.length > 0) found.set(resource, shared);
    for (const folder of folders) {
      note(writers, folder, resource);
      for (const path of above(folder)) note(below, path, resource);
    }
  }
  return found;
});

function note(found: Map<string, Resource[]>, path: string, resource: Resource): void {
  const known = found.get(path);
  if (known === undefined) found.set(path, [resource]);
  else known.push(resource);
}

/** The folders that a folder lies in. */
const above = (folder: string): readonly string[] =>
  [...folder.matchAll(/(?<=.)\//g)].map(({ index }) => folder.slice(0, index));

const writtenBy = (resource: Resource): readonly string[] => [
  ...new Set(
    bindsOf(resource)
      .filter(isWritable)
      .map(({ source }) => source)
      .filter(isOfTheProject)
      .map((path) => path.replace(/(?<=.)\/+$/, "")),
  ),
];
