// The Host header ends up in the content security policy and in addresses, so it is read strictly.

export interface Host {
  /** Host name as browsers write it: lower-case, an IPv6 address in brackets. */
  readonly name: string;
  /** Name and port as received. */
  readonly authority: string;
}

const AUTHORITY = /^(\[[0-9a-f:.]{2,45}\]|[a-z0-9_](?:[a-z0-9._-]{0,251}[a-z0-9_])?)(:[0-9]{1,5})?$/;

export function parseHost(header: string | null): Host | undefined {
  const authority = header?.toLowerCase() ?? "";
  const name = AUTHORITY.exec(authority)?.[1];
  return name === undefined ? undefined : { name, authority };
}

/** The host a request names, if this server answers to that name. */
export function allowedHost(headers: Headers, allowed: readonly string[]): Host | undefined {
  const host = parseHost(headers.get("host"));
  if (host === undefined) return undefined;
  return allowed.includes("*") || allowed.includes(host.name) ? host : undefined;
}
