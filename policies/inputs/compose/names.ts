import { type Block, blocks, isBlock } from "../../values.ts";
import { mapped } from "./tree.ts";

/** The network that a service is on without a word. */
const DEFAULT = "default";

/** The services, each with the networks that it joins: the one called default unless it says otherwise. */
export const withNetworks = (services: Readonly<Record<string, Block>>): Readonly<Record<string, Block>> =>
  mapped(services, (service) =>
    joinsDefault(service as Block) ? { ...(service as Block), networks: { [DEFAULT]: {} } } : service,
  ) as Readonly<Record<string, Block>>;

const joinsDefault = (service: Block): boolean =>
  service.provider === undefined &&
  service.network_mode === undefined &&
  Object.keys(blocks(service, "networks")[0] ?? {}).length === 0;

/** The networks of a project, with the one called default if a service joins it and nobody declares it. */
export function withDefaultNetwork(
  networks: Block,
  services: Readonly<Record<string, Block>>,
): Readonly<Record<string, Block>> {
  const isUsed = Object.values(services).some(
    (service) => isBlock(service.networks) && DEFAULT in service.networks,
  );
  return { ...(isUsed ? { [DEFAULT]: {} } : {}), ...networks } as Readonly<Record<string, Block>>;
}

/** Each with the name by which the engine knows it. */
export const withNames = (section: Readonly<Record<string, Block>>, project: string) =>
  mapped(section, (given, key) => ({
    name: (given as Block).external === true ? key : `${project}_${key}`,
    ...(given as Block),
  })) as Readonly<Record<string, Block>>;
