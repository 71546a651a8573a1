import { backend } from "./backend/definition.ts";
import { backup } from "./backup/definition.ts";
import type { ListenerDefinition, ServiceDefinition } from "./definition.ts";
import { edge } from "./edge/definition.ts";
import { frontend } from "./frontend/definition.ts";
import { mosquitto } from "./mosquitto/definition.ts";
import { postgres } from "./postgres/definition.ts";
import { redis } from "./redis/definition.ts";

/** Every service of the kit, those that people meet first. */
export const definitions = { frontend, backend, edge, mosquitto, postgres, redis, backup } as const;

export type Definitions = typeof definitions;
export type ServiceName = keyof Definitions;
export type ListenerName = {
  [Name in ServiceName]: keyof Definitions[Name]["listeners"];
}[ServiceName];

export const serviceNames = Object.keys(definitions) as readonly ServiceName[];

export interface ServiceListener extends ListenerDefinition {
  readonly name: ListenerName;
  readonly service: ServiceName;
}

/** Every listener, those in clear text first, in the order of their services. */
export const listeners: readonly ServiceListener[] = Object.values(definitions)
  .flatMap(({ name: service, listeners }) =>
    Object.entries<ListenerDefinition>(listeners).map(([name, listener]) => ({
      ...listener,
      name: name as ListenerName,
      service,
    })),
  )
  .sort((a, b) => Number(a.tls) - Number(b.tls));

/** The definitions, each behind those that it needs. */
export function inOrder(): readonly (ServiceDefinition & { readonly name: ServiceName })[] {
  const ordered = new Set<ServiceName>();
  const add = (name: ServiceName): void => {
    for (const need of definitions[name].needs) add(need as ServiceName);
    ordered.add(name);
  };
  serviceNames.forEach(add);
  return [...ordered].map((name) => definitions[name]);
}
