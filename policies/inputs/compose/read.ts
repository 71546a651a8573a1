import { join } from "node:path";
import { type Resource, StackDocument } from "../../document.ts";
import { fileKind, filesBelow, givenFile } from "../../files.ts";
import { type Block, blocks, isBlock } from "../../values.ts";
import { type Project, readProject } from "./project.ts";
import { container, mapping } from "./service.ts";

/**
 * Reads a compose project into the shape of Terraform's JSON: services as containers, with the images that they
 * build, networks and volumes; files that they bind mount are judged with them.
 *
 * @throws UserError if it cannot be read
 */
export function readCompose(file: string): StackDocument {
  const project = readProject(file);
  const containers = Object.entries(project.services).map(
    ([name, service]): Resource => ({
      type: "docker_container",
      id: name,
      path: `services.${name}`,
      block: container(name, service, project),
    }),
  );
  const finishing = completed(project);
  return new StackDocument({
    dialect: "compose",
    resources: [
      ...containers.map((resource) => (finishing.has(resource.id) ? asJob(resource) : resource)),
      ...Object.entries(project.services).flatMap(([name, service]) => builtImage(name, service, project)),
      ...networks(project, containers).filter(({ type }) => type === "docker_network"),
      ...volumes(project),
    ],
    declarations: [
      { type: "stack", id: "stack", path: "stack", block: {} },
      ...networks(project, containers).filter(({ type }) => type !== "docker_network"),
      ...containers.flatMap((resource) => boundFiles(resource, project)),
    ],
    unreadable: [],
    settings: project.settings,
  });
}

/** Services whose end others wait for: jobs. */
function completed({ services }: Project): ReadonlySet<string> {
  const names = Object.values(services).flatMap(({ depends_on }) =>
    isBlock(depends_on)
      ? Object.entries(depends_on)
          .filter(([, edge]) => isBlock(edge) && edge.condition === "service_completed_successfully")
          .map(([name]) => name)
      : [],
  );
  return new Set(names);
}

const asJob = (resource: Resource): Resource => ({
  ...resource,
  block: { restart: "no", ...resource.block, must_run: false },
});

function builtImage(name: string, { build, image }: Block, { folder }: Project): Resource[] {
  if (build === undefined) return [];
  const { context = ".", dockerfile, args, network } = isBlock(build) ? build : { context: build };
  const block = {
    name: image ?? `${name}:built`,
    build: {
      context: join(folder, String(context)),
      ...(dockerfile === undefined ? {} : { dockerfile }),
      ...(args === undefined ? {} : { build_args: mapping(args) }),
      ...(network === undefined ? {} : { network_mode: network }),
    },
  };
  return [{ type: "docker_image", id: name, path: `services.${name}.build`, block }];
}

function networks({ name: project, networks }: Project, containers: readonly Resource[]): Resource[] {
  const usesDefault = containers.some(({ block }) =>
    blocks(block, "networks_advanced").some(({ name }) => name === "${docker_network.default.id}"),
  );
  const declared = usesDefault && !("default" in networks) ? { default: {}, ...networks } : networks;
  return Object.entries(declared).map(([name, given]) => {
    const {
      driver,
      internal,
      attachable,
      enable_ipv6,
      driver_opts,
      ipam,
      name: own,
      external,
    } = isBlock(given) ? given : {};
    // Made elsewhere: nothing is known of it but its name, as of a data source of Terraform.
    if (external !== undefined && external !== false)
      return {
        type: "data.docker_network",
        id: name,
        path: `networks.${name}`,
        block: { name: own ?? name },
      };
    const subnets = isBlock(ipam) && Array.isArray(ipam.config) ? ipam.config.filter(isBlock) : [];
    const block = {
      name: own ?? `${project}_${name}`,
      driver: driver ?? "bridge",
      internal: internal ?? false,
      ...(attachable === undefined ? {} : { attachable }),
      ...(enable_ipv6 === undefined ? {} : { ipv6: enable_ipv6 }),
      ...(driver_opts === undefined ? {} : { options: driver_opts }),
      ...(subnets.length === 0
        ? {}
        : {
            ipam_config: subnets.map(({ subnet, gateway }) => ({ subnet, ...(gateway ? { gateway } : {}) })),
          }),
    };
    return { type: "docker_network", id: name, path: `networks.${name}`, block };
  });
}

const volumes = ({ name: project, volumes }: Project): Resource[] =>
  Object.entries(volumes).map(([name, given]) => {
    const { driver, driver_opts, name: own } = isBlock(given) ? given : {};
    const block = {
      name: own ?? `${project}_${name}`,
      ...(driver === undefined ? {} : { driver }),
      ...(driver_opts === undefined ? {} : { driver_opts }),
    };
    return { type: "docker_volume", id: name, path: `volumes.${name}`, block };
  });

function boundFiles({ id, path, block }: Resource, { folder }: Project): Resource[] {
  const surroundings = filesBelow(folder);
  return blocks(block, "volumes").flatMap(({ host_path, container_path }) => {
    const file = String(container_path);
    const kind = fileKind(file);
    if (kind === undefined || typeof host_path !== "string") return [];
    const given = { file, ...givenFile(host_path, surroundings), container: `docker_container.${id}` };
    return [{ type: `file/${kind}`, id: `${id}/${file}`, path: `${path}:${file}`, block: given }];
  });
}
