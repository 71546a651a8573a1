import type { OwnService } from "./settings.ts";

type Services = Readonly<Record<string, Pick<OwnService, "enabled" | "after">>>;

/** The services that are on, each behind those that it waits for. Where they wait in a circle, one is behind the others. */
export function ownInOrder(services: Services): readonly string[] {
  const ordered = new Set<string>();
  const add = (name: string, waiting: readonly string[]): void => {
    const service = services[name];
    if (!service?.enabled || waiting.includes(name)) return;
    for (const other of service.after) add(other, [...waiting, name]);
    ordered.add(name);
  };
  for (const name of Object.keys(services)) add(name, []);
  return [...ordered];
}
