import { asLiteral } from "../../files.ts";
import { type Block, blocks, isBlock, texts } from "../../values.ts";
import type { Project } from "./project.ts";
import { mebibytes } from "./units.ts";

/** The mounts and files of a service, in the shape of `docker_container`. */
export interface Mounts {
  readonly volumes: readonly Block[];
  readonly mounts: readonly Block[];
  readonly tmpfs: Readonly<Record<string, string>>;
  readonly upload: readonly Block[];
}

/** Volumes, tmpfs, configs and secrets of a service, and what it takes over from others. */
export function mounts(service: Block, project: Project): Mounts {
  const own = blocks(service, "volumes");
  const given = [
    ...blocks(service, "configs").map((entry) => handedOver(entry, project.configs, "/")),
    ...blocks(service, "secrets").map((entry) => handedOver(entry, project.secrets, "/run/secrets/")),
  ];
  return {
    volumes: [
      ...own.filter(isVolume).map((entry) => volume(entry, project)),
      ...texts(service, "volumes_from").flatMap((entry) => fromOther(entry, project, [])),
      ...given.filter((entry) => !("content" in entry)).map(mounted),
      ...(service.use_api_socket === true ? [API_SOCKET] : []),
      ...blocks(service, "x-exploreiot-files").map(copied),
    ],
    mounts: own.filter((entry) => !isVolume(entry)).map(ofAnotherKind),
    tmpfs: Object.fromEntries(texts(service, "tmpfs").map(split)),
    upload: given.filter((entry) => "content" in entry),
  };
}

/** What `use_api_socket` adds. */
const API_SOCKET: Block = { host_path: "/var/run/docker.sock", container_path: "/var/run/docker.sock" };

const isVolume = ({ type }: Block) => type === "bind" || type === "volume";

/** A bind mount of a path, or a volume by its name. */
function volume({ type, source, target, read_only, bind }: Block, project: Project): Block {
  return {
    ...(source === undefined ? {} : type === "bind" ? { host_path: source } : named(String(source), project)),
    container_path: target,
    ...(read_only === undefined ? {} : { read_only }),
    ...(isBlock(bind) && bind.propagation !== undefined
      ? { bind_options: { propagation: bind.propagation } }
      : {}),
  };
}

/** A volume of the project; one that is made elsewhere is known by its name alone. */
function named(name: string, { volumes }: Project): Block {
  const declared = volumes[name];
  if (declared === undefined) return { volume_name: name };
  return {
    volume_name: declared.external === true ? declared.name : `\${docker_volume.${name}.name}`,
  };
}

/** tmpfs, images and what else the engine mounts. */
function ofAnotherKind({ type, source, target, read_only, tmpfs }: Block): Block {
  const { size, mode } = isBlock(tmpfs) ? tmpfs : { size: undefined, mode: undefined };
  const bytes = mebibytes(size);
  const options = {
    ...(size === undefined ? {} : { size_bytes: typeof bytes === "number" ? bytes * 1024 ** 2 : size }),
    ...(mode === undefined ? {} : { mode }),
  };
  return {
    type,
    ...(source === undefined ? {} : { source }),
    target,
    ...(read_only === undefined ? {} : { read_only }),
    ...(Object.keys(options).length === 0 ? {} : { tmpfs_options: options }),
  };
}

/** All mounts of another service, or those of a container of which nothing else is known. */
function fromOther(entry: string, project: Project, seen: readonly string[]): readonly Block[] {
  const isContainer = entry.startsWith("container:");
  const [name = "", mode] = entry.replace(/^container:/, "").split(":");
  const other = isContainer ? undefined : project.services[name];
  if (other === undefined) return [{ from_container: name, ...(mode === "ro" ? { read_only: true } : {}) }];
  if (seen.includes(name)) return [];
  const taken = [
    ...blocks(other, "volumes")
      .filter(isVolume)
      .map((own) => volume(own, project)),
    ...texts(other, "volumes_from").flatMap((further) => fromOther(further, project, [...seen, name])),
  ];
  return mode === "ro" ? taken.map((mount) => ({ ...mount, read_only: true })) : taken;
}

/** `/run:size=1m` is a path and its options. */
function split(entry: string): readonly [string, string] {
  const [path = "", ...options] = entry.split(":");
  return [path, options.join(":")];
}

/** A file that start.sh of a rendered folder copies into the container before it starts; see `render/compose.ts`. */
const copied = ({ source, target }: Block): Block => ({
  host_path: source,
  container_path: target,
  read_only: true,
});

/** A config or a secret as a file of the container: with its text, the path of its file, or its name alone. */
function handedOver({ source, target }: Block, declared: Project["configs"], folder: string): Block {
  const name = String(source);
  const definition = declared[name] ?? {};
  const file = String(target ?? name);
  const path = file.startsWith("/") ? file : `${folder}${file}`;
  if (typeof definition.content === "string") return { file: path, content: definition.content };
  if (typeof definition.environment === "string")
    return { file: path, content: `\${${asLiteral(definition.environment)}}` };
  return { path, name: definition.name ?? name, source: definition.file };
}

/** Compose binds the file, read-only inside. */
const mounted = ({ path, name, source }: Block): Block => ({
  ...(typeof source === "string" ? { host_path: source } : { volume_name: name }),
  container_path: path,
  read_only: true,
});
