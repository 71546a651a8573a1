import { isAbsolute, join } from "node:path";
import { type Block, isBlock } from "../../values.ts";
import type { Project } from "./project.ts";

/** What a service mounts, in the shape of `docker_container`. */
export interface Mounts {
  readonly volumes: readonly Block[];
  readonly tmpfs: Readonly<Record<string, string>>;
}

/** Volumes, tmpfs, configs and secrets of a service. A bind mount names the path as Compose resolves it. */
export function mounts(service: Block, project: Project): Mounts {
  const found = list(service.volumes).map((entry) => mount(entry, project));
  return {
    volumes: [
      ...found.filter(({ type }) => type !== "tmpfs").map(({ type: _, ...volume }) => volume),
      ...handedOver(service.configs, project.configs, project, (name) => `/${name}`),
      ...handedOver(service.secrets, project.secrets, project, (name) => `/run/secrets/${name}`),
      ...copied(service["x-exploreiot-files"], project),
    ],
    tmpfs: {
      ...Object.fromEntries(texts(service.tmpfs).map((entry) => split(entry))),
      ...Object.fromEntries(
        found
          .filter(({ type }) => type === "tmpfs")
          .map(({ container_path }) => [String(container_path), ""]),
      ),
    },
  };
}

const list = (value: unknown): readonly unknown[] =>
  value === undefined || value === null ? [] : Array.isArray(value) ? value : [value];
const texts = (value: unknown): readonly string[] => list(value).map(String);

/** `/run:size=1m` is a path and its options. */
function split(entry: string): readonly [string, string] {
  const [path = "", ...options] = entry.split(":");
  return [path, options.join(":")];
}

function mount(entry: unknown, project: Project): Block {
  if (isBlock(entry)) return long(entry, project);
  const [first = "", target, options = ""] = String(entry).split(":");
  if (target === undefined) return { container_path: first };
  return { ...source(first, project), container_path: target, ...mode(options.split(",")) };
}

function long(entry: Block, project: Project): Block {
  const { type, source: from, target, read_only, bind } = entry;
  const propagation =
    isBlock(bind) && bind.propagation !== undefined ? { propagation: bind.propagation } : {};
  return {
    ...(type === "tmpfs" ? { type } : {}),
    ...(from === undefined
      ? {}
      : type === "bind"
        ? hostPath(String(from), project)
        : source(String(from), project)),
    container_path: target,
    ...(read_only === undefined ? {} : { read_only }),
    ...propagation,
  };
}

/** A path is bound; a name is a volume of the project. */
function source(from: string, project: Project): Block {
  if (/^(\.|~|\/|\$)/.test(from)) return hostPath(from, project);
  return { volume_name: from in project.volumes ? `\${docker_volume.${from}.name}` : from };
}

const hostPath = (path: string, { folder }: Project): Block => ({
  host_path: isAbsolute(path) || /^[~$]/.test(path) ? path : join(folder, path),
});

function mode(options: readonly string[]): Block {
  const propagation = options.find((option) => /^r?(shared|slave|private)$/.test(option));
  return {
    ...(options.includes("ro") ? { read_only: true } : {}),
    ...(propagation === undefined ? {} : { propagation }),
  };
}

/** Files that start.sh of a rendered folder copies into the container before it starts; see `render/compose.ts`. */
const copied = (listed: unknown, project: Project): Block[] =>
  list(listed).map((entry) => {
    const { source, target } = isBlock(entry) ? entry : { source: undefined, target: undefined };
    return { ...hostPath(String(source), project), container_path: String(target), read_only: true };
  });

/** Configs and secrets are bind mounts of files that are read-only inside. */
function handedOver(
  listed: unknown,
  declared: Block,
  project: Project,
  defaultTarget: (name: string) => string,
): Block[] {
  return list(listed).map((entry) => {
    const { source: name, target } = isBlock(entry) ? entry : { source: entry, target: undefined };
    const definition = declared[String(name)];
    const file = isBlock(definition) ? definition.file : undefined;
    const path = String(target ?? defaultTarget(String(name)));
    return {
      ...(typeof file === "string" ? hostPath(file, project) : { volume_name: String(name) }),
      container_path: path.startsWith("/") ? path : defaultTarget(path),
      read_only: true,
    };
  });
}
