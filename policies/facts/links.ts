import type { Resource, StackDocument } from "../document.ts";
import { variablesOf } from "./environment.ts";
import { neighbour } from "./networks.ts";
import { remembered } from "./remembered.ts";

/** A connection that a container is told to make. */
export interface Link {
  /** The variable that says so. */
  readonly variable: string;

  /** Undefined where only apply, or the image, knows it. */
  readonly host: string | undefined;

  /** In lower case, such as `postgresql`; empty where only a host is given. */
  readonly scheme: string;
  readonly query: URLSearchParams;
}

/** Connections whose URL has one of the schemes, or whose host stands in a variable of one of the names. */
export const linksBy = (scheme: RegExp, hosts: readonly string[]) =>
  remembered((resource: Resource): readonly Link[] =>
    variablesOf(resource)
      .filter(({ name, value }) => hosts.includes(name) || value?.includes("://"))
      .flatMap(({ name, value }) => {
        const [, found = "", rest = ""] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/is.exec(value ?? "") ?? [];
        if (scheme.test(found.toLowerCase())) return [fromUrl(name, found.toLowerCase(), rest)];
        return hosts.includes(name) && value !== "" ? [fromHost(name, value)] : [];
      }),
  );

const fromHost = (variable: string, host: string | undefined): Link => ({
  variable,
  host,
  scheme: "",
  query: new URLSearchParams(),
});

/** The part after the last `@` is the host's, whatever a password holds. */
function fromUrl(variable: string, scheme: string, rest: string): Link {
  const [, authority = "", query = ""] = /^([^/?#]*)[^?]*\??(.*)$/s.exec(rest) ?? [];
  const host = authority.slice(authority.lastIndexOf("@") + 1).replace(/:\d*$/, "");
  return {
    variable,
    host: host === "" ? undefined : host,
    scheme,
    query: new URLSearchParams(query),
  };
}

/** Whether a connection stays on the host: loopback, or a bridge of this stack. Nobody can listen in there. */
export const staysOnTheHost = ({ host }: Link, resource: Resource, stack: StackDocument): boolean =>
  host !== undefined &&
  (/^(localhost|127\.\d+\.\d+\.\d+|::1|\/.*)$/.test(host) || neighbour(resource, host, stack) !== undefined);
