import { runTogether } from "../../facts/compose-profiles.ts";
import { type Block, blocks, isKnown, texts } from "../../values.ts";
import { type Gap, meant } from "./conform.ts";

type Section = Readonly<Record<string, Block>>;

/** References of a service to a section of its project. */
const NAMED: Readonly<Record<string, (service: Block) => readonly unknown[]>> = {
  networks: (service) => keysOf(service, "networks").filter((name) => name !== "default"),
  volumes: (service) =>
    blocks(service, "volumes")
      .filter(({ type, source }) => type === "volume" && source !== undefined)
      .map(({ source }) => source),
  configs: (service) => blocks(service, "configs").map(({ source }) => source),
  secrets: (service) =>
    [service, ...blocks(service, "build")].flatMap((from) =>
      blocks(from, "secrets").map(({ source }) => source),
    ),
  models: (service) => keysOf(service, "models"),
  services: (service) => [
    ...Object.entries(blocks(service, "depends_on")[0] ?? {})
      .filter(([, edge]) => (edge as Block).required !== false)
      .map(([name]) => name),
    ...["network_mode", "ipc", "pid"].flatMap(
      (key) => /^service:(.*)$/.exec(String(service[key]))?.slice(1) ?? [],
    ),
    ...texts(service, "volumes_from").flatMap((from) =>
      from.startsWith("container:") ? [] : [from.split(":")[0]],
    ),
  ],
};

const keysOf = (service: Block, key: string): readonly string[] => Object.keys(blocks(service, key)[0] ?? {});

/** Services that wait for each other, so that none of them starts. */
export function circles(services: Section): readonly Gap[] {
  const waitsFor = (name: string) => keysOf(services[name] ?? {}, "depends_on");
  const leadsTo = (from: string, to: string, seen = new Set<string>()): boolean =>
    waitsFor(from).some(
      (next) => next === to || (seen.size < seen.add(next).size && leadsTo(next, to, seen)),
    );
  const inCircle = Object.keys(services).filter((name) => leadsTo(name, name));
  const [first] = inCircle;
  if (first === undefined) return [];
  return [{ path: ["services", first], evidence: `depends_on leads back to it: ${inCircle.join(", ")}` }];
}

/** Containers of one name, of which the engine makes the first. */
function twins(services: Section): readonly Gap[] {
  const named = Object.entries(services).filter(([, { container_name }]) => isKnown(container_name));
  return named.flatMap(([name, service], at) => {
    const { container_name } = service;
    const twin = named
      .slice(0, at)
      .find(([, other]) => other.container_name === container_name && runTogether(other, service));
    return container_name === undefined || twin === undefined
      ? []
      : [
          {
            path: ["services", name],
            evidence: `container_name ${container_name} is also that of ${twin[0]}`,
          },
        ];
  });
}

/** Why Compose refuses a project of which every key is sound: nothing of it runs, so nobody can say how. */
export function contradictions(project: Readonly<Record<string, Section>>): readonly Gap[] {
  const { services = {} } = project;
  return [
    ...twins(services),
    ...Object.entries(services).flatMap(([name, service]) => refusals(name, service, project)),
  ];
}

function refusals(name: string, service: Block, project: Readonly<Record<string, Section>>): readonly Gap[] {
  const path = ["services", name];
  const runs = ["image", "build", "provider"].some((key) => service[key] !== undefined);
  const undeclared = Object.entries(NAMED).flatMap(([section, namesIn]) =>
    namesIn(service)
      .filter((named) => isKnown(named) && !Object.hasOwn(project[section] ?? {}, String(named)))
      .map((named) => {
        const known = Object.keys(project[section] ?? {}).filter((other) => other !== name);
        const evidence = `names ${named}, which is not in ${section}${meant(String(named), known)}`;
        return { path, evidence };
      }),
  );
  return [
    ...(runs
      ? []
      : [{ path, evidence: "has no image, build or provider: name the file that it is laid over with -f" }]),
    ...(service.network_mode !== undefined && keysOf(service, "networks").length > 0
      ? [{ path, evidence: "has both network_mode and networks" }]
      : []),
    ...undeclared,
  ];
}
