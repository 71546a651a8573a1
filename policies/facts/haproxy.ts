import type { Directive, Section } from "../files/haproxy-cfg.ts";

/** Directives of a section that begin with these words, those of its defaults first. */
export function directives(section: Section, ...words: readonly string[]): readonly Directive[] {
  const all = [...(section.defaults?.directives ?? []), ...section.directives];
  return all.filter((directive) => words.every((word, index) => directive.words[index] === word));
}

/** TCP unless a section or its defaults say otherwise. */
export const isHttp = (section: Section): boolean => directives(section, "mode").at(-1)?.words[1] === "http";

export const binds = (section: Section): readonly Directive[] => directives(section, "bind");
export const isTls = ({ words }: Directive): boolean => words.includes("ssl");

/** Whether clients' requests go on from here to a server. A page of statistics does not. */
export const leadsOn = (section: Section): boolean =>
  (section.kind === "frontend" &&
    [...directives(section, "use_backend"), ...directives(section, "default_backend")].length > 0) ||
  (section.kind === "listen" && directives(section, "server").length > 0);

/** Where users' requests arrive: HTTP, or TLS that ends here. */
export const entrances = (sections: readonly Section[]): readonly Section[] =>
  sections.filter((section) => leadsOn(section) && (isHttp(section) || binds(section).some(isTls)));

const HTTPS_PORTS: readonly number[] = [443, 8443];

/**
 * Whether what arrives is HTTP, also where the section does not look into it: TLS that ends here at a port of HTTPS, or
 * that offers HTTP (`alpn`). Brokers and databases behind TLS have ports of their own, and offer nothing.
 */
export const carriesHttp = (section: Section): boolean =>
  isHttp(section) ||
  binds(section)
    .filter(isTls)
    .some(
      (bind) =>
        portsOf(bind).some((port) => HTTPS_PORTS.includes(port)) ||
        /\balpn \S*h(2|ttp)/.test(bind.words.join(" ")),
    );

/**
 * Where the connections of a section come in from the network: at the section itself, or, where it listens on
 * abstract sockets alone, at those that lead there. Such a socket takes the proxy before it for the client.
 */
export function doors(section: Section, sections: readonly Section[]): readonly Section[] {
  const sockets = binds(section).map(({ words: [, address = ""] }) => address);
  if (!sockets.every((address) => address.startsWith("abns@"))) return [section];
  const before = sections.filter((other) =>
    directives(other, "server").some(({ words: [, , address = ""] }) => sockets.includes(address)),
  );
  const found = sections.filter(
    (other) => binds(other).length > 0 && before.some(({ name }) => other.name === name || uses(other, name)),
  );
  return found.length > 0 ? found : [section];
}

const uses = (section: Section, backend: string): boolean =>
  [...directives(section, "use_backend"), ...directives(section, "default_backend")].some(
    ({ words: [, name] }) => name === backend,
  );

export const globals = (sections: readonly Section[]): readonly Directive[] =>
  sections.filter(({ kind }) => kind === "global").flatMap((section) => section.directives);

export const titleOf = ({ kind, name, line }: Section): string =>
  `line ${line}: ${[kind, name].filter((word) => word !== "").join(" ")}`;

/** The words of a directive, without its condition. */
export const actionOf = ({ words }: Directive): readonly string[] => words.slice(0, conditionAt(words));

const conditionAt = (words: readonly string[]) => {
  const at = words.findLastIndex((word) => word === "if" || word === "unless");
  return at < 0 ? words.length : at;
};

/** The condition as one text, with the ACLs and variables that it names spelled out; empty if there is none. */
export function conditionOf(directive: Directive, section: Section): string {
  const words = directive.words.slice(conditionAt(directive.words));
  const acls = directives(section, "acl");
  const named = words.flatMap((word) =>
    acls
      .filter(({ words: [, name] }) => name === word.replace(/^!/, ""))
      .flatMap(({ words: acl }) => acl.slice(2)),
  );
  const text = [...words, ...named].join(" ");
  const variables = section.directives.filter(({ words: [, action = ""] }) => {
    const [, name] = /^set-var\(([^),]+)/.exec(action) ?? [];
    return name !== undefined && text.includes(`var(${name})`);
  });
  return [text, ...variables.flatMap(({ words: set }) => set.slice(2))].join(" ");
}

const REFUSALS: readonly string[] = ["deny", "return", "reject", "tarpit", "silent-drop", "redirect"];

/** Requests that a section turns away by itself, each with its condition. */
export const refusals = (section: Section): readonly { directive: Directive; condition: string }[] =>
  [...directives(section, "http-request"), ...directives(section, "tcp-request")]
    .filter(({ words }) => words.some((word) => REFUSALS.includes(word)))
    .map((directive) => ({ directive, condition: conditionOf(directive, section) }));

/** Values that a section gives to a header of every answer; conditions narrow it, so they do not count. */
export function answerHeader(section: Section, name: string): readonly Directive[] {
  return [...directives(section, "http-after-response"), ...directives(section, "http-response")].filter(
    ({ words: [, action, header] }) =>
      (action === "set-header" || action === "add-header") && header?.toLowerCase() === name.toLowerCase(),
  );
}

/** Set by the edge unless the server behind it has set its own. */
export const isDefault = (header: Directive): boolean =>
  /^unless { res\.f?hdr\((\S+)\) -m found }$/i
    .exec(header.words.slice(conditionAt(header.words)).join(" "))?.[1]
    ?.toLowerCase() === header.words[2]?.toLowerCase();

export const isUnconditional = ({ words }: Directive): boolean => conditionAt(words) === words.length;

/** The port of a `bind` address such as `:443` or `[::]:443`; undefined for sockets that have none. */
export function portsOf({ words: [, addresses = ""] }: Directive): readonly number[] {
  return addresses
    .split(",")
    .filter((address) => !/^(abns|unix|fd|sockpair)@|^\//.test(address))
    .map((address) => Number(address.slice(address.lastIndexOf(":") + 1)));
}
