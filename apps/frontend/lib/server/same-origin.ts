import type { Host } from "./host";

/**
 * Whether a request comes from this very page. Only host and port are compared: behind a TLS edge the browser
 * says https while this server is reached by http. A request that names no origin did not come from the page.
 */
export function isSameOrigin(headers: Headers, host: Host): boolean {
  const site = headers.get("sec-fetch-site");
  if (site !== null && site !== "same-origin") return false;
  return withoutScheme(headers.get("origin")) === host.authority;
}

function withoutScheme(origin: string | null): string | undefined {
  return origin === null ? undefined : /^https?:\/\/(.+)$/.exec(origin.toLowerCase())?.[1];
}
