import type { Host } from "./host";
import type { Settings } from "./settings";

/** Settings of the page; handed to the browser with the page, so nothing secret belongs here. */
export interface PublicSettings {
  /** Prefix of every HTTP call: an address, or only a path when the backend shares the page's origin. */
  readonly api: string;
  /** Address of the socket; a path when the backend shares the page's origin. */
  readonly socket: string;
  /** @default - as the backend says */
  readonly silentAfterSeconds: number | undefined;
}

export function publicSettings(settings: Settings, host: Host): PublicSettings {
  const backend = backendAddress(settings, host);
  return {
    api: `${backend}${settings.apiPrefix}`,
    socket: `${backend.replace(/^http/, "ws")}/ws`,
    silentAfterSeconds: settings.silentAfterSeconds,
  };
}

/** Addresses that the page may connect to. Older browsers do not count the same host's sockets as 'self'. */
export function connectSources(settings: Settings, host: Host): string[] {
  const backend = backendAddress(settings, host);
  return backend === ""
    ? ["'self'", `ws://${host.authority}`, `wss://${host.authority}`]
    : ["'self'", backend, backend.replace(/^http/, "ws")];
}

function backendAddress(settings: Settings, host: Host): string {
  return settings.publicBackendUrl.replace("{host}", host.name);
}
