import { type Block, blocks, texts } from "../../values.ts";

const NAMESPACES = ["network_mode", "ipc", "pid", "uts", "cgroup"];

/** A service with what it waits for without a word: what it links to, shares a namespace with, or takes volumes of. */
export function withDependencies(service: Block): Block {
  const links = texts(service, "links").map((link) => link.split(":")[0] as string);
  const shared = NAMESPACES.flatMap((key) => /^service:(.*)$/.exec(String(service[key]))?.slice(1) ?? []);
  const volumes = texts(service, "volumes_from")
    .filter((from) => !from.startsWith("container:"))
    .map((from) => from.split(":")[0] as string);
  const implied = [
    ...volumes.map((name) => [name, { condition: "service_started", restart: false, required: true }]),
    ...[...shared, ...links].map((name) => [
      name,
      { condition: "service_started", restart: true, required: true },
    ]),
  ];
  const depends_on = { ...Object.fromEntries(implied), ...blocks(service, "depends_on")[0] };
  return Object.keys(depends_on).length === 0 ? service : { ...service, depends_on };
}
