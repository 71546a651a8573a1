import type { Diagram, Flow, Service } from "./model.ts";

/** Services that are on the same networks, which are drawn in one box. */
export interface Group {
  readonly title: string;

  /** None of its networks has a way out. */
  readonly closed: boolean;
  readonly services: readonly Service[];
}

/** A service may be on several networks, and a box is in one place: there is a box for each set of them. */
export function groupsOf({ networks, services }: Diagram): readonly Group[] {
  const titleOf = (service: Service) => service.networks.join(" + ");
  return [...new Set(services.map(titleOf))].map((title) => {
    const inside = services.filter((service) => titleOf(service) === title);
    const closed =
      title !== "" &&
      inside[0]?.networks.every((name) => networks.find((network) => network.name === name)?.internal) ===
        true;
    const named = title === "" ? "no network" : `network ${title}`;
    return { title: closed ? `${named}, no way out` : named, closed, services: inside };
  });
}

/** Lines that say what a service is. */
export const serviceLines = ({ name, job, ports }: Service): readonly string[] => [
  name,
  ...(job ? ["runs once"] : []),
  ...(ports.length === 0 ? [] : [`port ${ports.join(", ")}`]),
];

/** More of them would hide what they lead to. */
const MOST_TOPICS = 2;

/** Lines that say what goes along an arrow. */
export function flowLines({ speaks = "", port, topics, listener }: Flow): readonly string[] {
  const rest = topics.length - MOST_TOPICS;
  const shown = [...topics.slice(0, MOST_TOPICS), ...(rest > 0 ? [`and ${rest} more`] : [])];
  if (listener === undefined) return [speaks, ...shown];
  const address = listener.address.includes(":") ? `[${listener.address}]` : listener.address;
  return [listener.name ?? "nobody's listener", `${address}, port ${port}${listener.tls ? ", TLS" : ""}`];
}

/** A name for each node that no text of a site file is a part of. */
export function nodeIds({ services, outside }: Diagram): ReadonlyMap<string, string> {
  return new Map([...services.map(({ name }) => name), ...outside].map((name, index) => [name, `n${index}`]));
}
