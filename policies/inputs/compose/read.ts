import { readStackFacts } from "../../../core/stack-facts.ts";
import { type Resource, StackDocument, type Unreadable } from "../../document.ts";
import { fileResources } from "../../files.ts";
import { stackSettings } from "../../settings.ts";
import { type Block, blocks, isBlock } from "../../values.ts";
import type { Gap } from "./conform.ts";
import type { Source } from "./context.ts";
import { boundFiles } from "./files-at-hand.ts";
import { builtImage, dockerfile } from "./images.ts";
import { type Project, readProject } from "./project.ts";
import { container } from "./service.ts";

/** A compose project, where its parts stand, and the files that it was read from. */
export interface ComposeInput extends Pick<Project, "places" | "files"> {
  readonly stack: StackDocument;
}

/**
 * Reads a compose project into the shape of Terraform's JSON: services as containers, with the images that they
 * build, networks and volumes; files that they are given or built from are judged with them.
 *
 * @throws UserError if it cannot be read
 */
export function readCompose(
  sources: readonly Source[],
  ...surroundings: readonly [
    folder?: string,
    environment?: Readonly<Record<string, string | undefined>>,
    envFiles?: readonly string[],
  ]
): ComposeInput {
  const project = readProject(sources, ...surroundings);
  const { facts, ofContainer, settings } = statedIn(project);
  const finishing = completed(project);
  const containers = Object.entries(project.services)
    .filter(([, service]) => service.provider === undefined)
    .map(([name, service]): Resource => {
      const block = { ...container(name, service, project), ...ofContainer(name) };
      return {
        type: "docker_container",
        id: name,
        path: `services.${name}`,
        block: finishing.has(name) ? asJob(block) : block,
      };
    });
  const stack = new StackDocument({
    dialect: "compose",
    resources: [
      ...containers,
      ...Object.entries(project.services).flatMap(([name, service]) => [
        ...builtImage(name, service),
        ...provided(name, service),
      ]),
      ...networks(project),
      ...volumes(project),
      ...models(project),
    ],
    declarations: [
      { type: "stack", id: "stack", path: "stack", block: {} },
      ...joined(project),
      ...fileResources(containers, {}),
      ...containers.flatMap((resource) => boundFiles(resource, project.folder)),
      ...Object.entries(project.services).flatMap(([name, service]) => dockerfile(name, service)),
    ],
    unreadable: [],
    notUnderstood: [...project.gaps, ...settingGaps(settings, facts)].map(notUnderstood),
    commented: project.commented,
    folder: project.folder,
    settings,
    facts,
  });
  return { stack, places: project.places, files: project.files };
}

/**
 * What `x-exploreiot` says: how the project is judged, or, in a file that the kit rendered, the facts of the stack and of
 * its containers, in which that stands.
 */
function statedIn({ settings, name }: Project) {
  const facts = readStackFacts({ "//": { exploreiot: settings } }, name);
  if (facts === undefined) return { settings, facts, ofContainer: () => ({}) };
  const { containers = {} } = settings as { readonly containers?: Readonly<Record<string, Block>> };
  const ofContainer = (role: string) => {
    const { [role]: own } = containers;
    return own === undefined ? {} : { "//": { exploreiot: { listeners: [], origins: {}, ...own } } };
  };
  return { settings: facts.policies, facts, ofContainer };
}

/** The parts that nobody understands of a project's own settings of how it is judged; the kit reads those itself that it writes. */
function settingGaps(settings: unknown, facts: unknown): readonly Gap[] {
  if (facts !== undefined || settings === undefined) return [];
  const { error } = stackSettings.safeParse(settings);
  return (error?.issues ?? []).map(({ path, message }) => ({
    path: ["x-exploreiot"],
    evidence: [...(path.length === 0 ? [] : [`${path.join(".")}:`]), message].join(" "),
  }));
}

/** Services whose end others wait for: jobs. */
function completed({ services }: Project): ReadonlySet<string> {
  const names = Object.values(services).flatMap((service) =>
    Object.entries(blocks(service, "depends_on")[0] ?? {})
      .filter(([, edge]) => isBlock(edge) && edge.condition === "service_completed_successfully")
      .map(([name]) => name),
  );
  return new Set(names);
}

const asJob = (block: Block): Block => ({ restart: "no", ...block, must_run: false });

/** A service that a program on the host brings up: there is no container of it. */
const provided = (name: string, { provider }: Block): Resource[] =>
  isBlock(provider)
    ? [{ type: "compose_provider", id: name, path: `services.${name}`, block: provider }]
    : [];

const models = ({ models }: Project): Resource[] =>
  Object.entries(models).map(([name, { model }]) => ({
    type: "compose_model",
    id: name,
    path: `models.${name}`,
    block: { model },
  }));

/** Networks that others made: nothing is known of them but their names, as of a data source of Terraform. */
const joined = ({ networks }: Project): Resource[] =>
  Object.entries(networks)
    .filter(([, { external }]) => external === true)
    .map(([key, { name }]) => ({
      type: "data.docker_network",
      id: key,
      path: `networks.${key}`,
      block: { name },
    }));

/** The networks that the project makes. */
const networks = ({ networks }: Project): Resource[] =>
  Object.entries(networks).flatMap(([key, given]) => {
    if (given.external === true) return [];
    const { name, driver = "bridge", internal = false, attachable, enable_ipv6, driver_opts } = given;
    const pools = blocks(given, "ipam").flatMap((ipam) => blocks(ipam, "config"));
    const block = {
      name,
      driver,
      internal,
      ...(attachable === undefined ? {} : { attachable }),
      ...(enable_ipv6 === undefined ? {} : { ipv6: enable_ipv6 }),
      ...(driver_opts === undefined ? {} : { options: driver_opts }),
      ...(pools.length === 0
        ? {}
        : { ipam_config: pools.map(({ subnet, gateway }) => ({ subnet, ...(gateway ? { gateway } : {}) })) }),
    };
    return [{ type: "docker_network", id: key, path: `networks.${key}`, block }];
  });

const volumes = ({ volumes }: Project): Resource[] =>
  Object.entries(volumes).flatMap(([key, { external, driver, driver_opts, name }]) => {
    if (external === true) return [];
    const block = {
      name,
      ...(driver === undefined ? {} : { driver }),
      ...(driver_opts === undefined ? {} : { driver_opts }),
    };
    return [{ type: "docker_volume", id: key, path: `volumes.${key}`, block }];
  });

/** At what has a name of its own, where waivers and lines are found; the rest of the place is evidence. */
function notUnderstood({ path, evidence }: Gap): Unreadable {
  const [section = "", name, ...rest] = path;
  return {
    path: name === undefined ? section : `${section}.${name}`,
    evidence: [...(rest.length === 0 ? [] : [rest.join(".")]), evidence].join(" "),
  };
}
