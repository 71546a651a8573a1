import type { Resource, StackDocument } from "../document.ts";
import { unknown } from "../evidence.ts";
import { type Variable, variableOf, variablesOf } from "./environment.ts";
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

  /** As it stands behind the `?`. */
  readonly query: string;
}

/** Connections whose URL has one of the schemes, or whose host stands in a variable of one of the names. */
export const linksBy = (schemes: RegExp, hosts: readonly string[]) =>
  remembered((resource: Resource): readonly Link[] => {
    const urls = urlsOf(resource).filter(({ scheme }) => schemes.test(scheme));
    const named = hosts.flatMap((name) =>
      urls.some(({ variable }) => variable === name) ? NO_LINKS : byHost(variableOf(resource, name)),
    );
    return named.length === 0 ? urls : [...urls, ...named];
  });

/** The variables that are URLs, among which several rules look for theirs. */
const urlsOf = remembered((resource: Resource): readonly Link[] =>
  variablesOf(resource)
    .filter(({ value }) => value?.includes("://"))
    .flatMap(({ name, value = "" }) => {
      const [, scheme, rest = ""] = /^([a-z][a-z0-9+.-]*):\/\/(.*)$/is.exec(value) ?? [];
      return scheme === undefined ? [] : [fromUrl(name, scheme.toLowerCase(), rest)];
    }),
);

const NO_LINKS: readonly Link[] = [];

/** A host, often with its port, sometimes as the URL of another scheme. */
function byHost(variable: Variable | undefined): readonly Link[] {
  if (variable === undefined || variable.value === "") return NO_LINKS;
  const { name, value } = variable;
  const host = value
    ?.replace(/^[a-z][a-z0-9+.-]*:\/\//i, "")
    .replace(/[/?#].*$/, (rest) => (value.startsWith("/") ? rest : ""))
    .replace(/^([^:]*):\d+$/, "$1");
  return [{ variable: name, host, scheme: "", query: "" }];
}

/** The part after the last `@` is the host's, no matter what a password holds. */
function fromUrl(variable: string, scheme: string, rest: string): Link {
  const [, authority = "", query = ""] = /^([^/?#]*)[^?]*\??(.*)$/s.exec(rest) ?? [];
  const host = authority.slice(authority.lastIndexOf("@") + 1).replace(/:\d*$/, "");
  return {
    variable,
    host: host === "" ? undefined : host,
    scheme,
    query,
  };
}

/** Whether a connection stays on the host: loopback, the host, or a bridge of this stack. Nobody can listen in there. */
export const staysOnTheHost = (
  { host }: Pick<Link, "host">,
  resource: Resource,
  stack: StackDocument,
): boolean =>
  host !== undefined &&
  (/^(localhost|host\.docker\.internal|127\.\d+\.\d+\.\d+|::1|\/.*)$/.test(host) ||
    neighbour(resource, host, stack) !== undefined);

/** A link whose end nobody knows yet, as evidence has it. */
export const leadsNowhereKnown = ({ variable }: Link) =>
  unknown(`${variable} leads to a host known only at apply`);
