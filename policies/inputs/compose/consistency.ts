import { type Block, blocks, isKnown, texts } from "../../values.ts";
import type { Gap } from "./conform.ts";

type Section = Readonly<Record<string, Block>>;

/** What a service names in a section of its project. */
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

/** Why Compose refuses a project of which every key is sound: nothing of it runs, so nobody can say how. */
export function contradictions(project: Readonly<Record<string, Section>>): readonly Gap[] {
  return Object.entries(project.services ?? {}).flatMap(([name, service]) => {
    const path = ["services", name];
    const runs = ["image", "build", "provider"].some((key) => service[key] !== undefined);
    const undeclared = Object.entries(NAMED).flatMap(([section, namesIn]) =>
      namesIn(service)
        .filter((named) => isKnown(named) && !Object.hasOwn(project[section] ?? {}, String(named)))
        .map((named) => ({ path, evidence: `names ${named}, which is not in ${section}` })),
    );
    return [
      ...(runs
        ? []
        : [
            { path, evidence: "has no image, build or provider: name the file that it is laid over with -f" },
          ]),
      ...(service.network_mode !== undefined && keysOf(service, "networks").length > 0
        ? [{ path, evidence: "has both network_mode and networks" }]
        : []),
      ...undeclared,
    ];
  });
}
