import type { Block } from "../../policies/values.ts";

/** A port that other machines reach. */
export const OPEN_PORT = (internal: number): Block => ({ ports: [{ internal, external: internal }] });

/** The same for the machine alone. */
export const LOOPBACK_PORT = (internal: number): Block => ({
  ports: [{ internal, external: internal, ip: "127.0.0.1" }],
});

/** A file that a container is given. */
export const FILE = (file: string, content: string): Block => ({ upload: [{ file, content }] });

/** A path of a container at which lies what nobody sees here. */
export const UNSEEN = (container_path: string): Block => ({
  volumes: [{ host_path: "/srv/somewhere", container_path }],
});
