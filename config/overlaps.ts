import ipaddr from "ipaddr.js";
import { UserError } from "../core/errors.ts";
import type { Deployment } from "../services/deployment.ts";
import { definitions } from "../services/registry.ts";
import { subnetsIn } from "./subnet-checks.ts";

/** A deployment and the file that says it. */
interface Site {
  readonly file: string;
  readonly deployment: Deployment;
}

/** One thing that two sites cannot both have. */
interface Overlap {
  readonly of: Site;
  readonly with: Site;

  /** Where the later file says it. */
  readonly path: string;
  readonly got: unknown;
  readonly allowed: string;
  readonly fix: string;
}

/**
 * Refuses sites that cannot be there together. A name is that of a state and of a directory of secrets, wherever the engine
 * is; ports, subnets and names of containers meet on one engine alone. Two addresses may lead to one engine: that is seen
 * by `up`, which asks the engine.
 *
 * @throws UserError that names both files of every overlap
 */
export function refuseOverlaps(sites: readonly Site[]): void {
  const found = [
    ...twice(sites, ({ deployment }) => [{ key: deployment.name, path: "name", got: deployment.name }]).map(
      (same) => ({ ...same, allowed: "a name that no other file has", fix: "rename one of the two" }),
    ),
    ...byEngine(sites).flatMap((together) => [
      ...containers(together),
      ...ports(together),
      ...subnets(together),
    ]),
  ];
  if (found.length === 0) return;
  throw new UserError(
    found
      .map(
        (overlap) =>
          `${overlap.of.file} and ${overlap.with.file}: ${overlap.path}: got ${JSON.stringify(overlap.got)}; allowed: ${overlap.allowed}\n  → ${overlap.fix}`,
      )
      .join("\n"),
  );
}

interface Had {
  readonly key: string;
  readonly path: string;
  readonly got: unknown;
}

/** Things of a site that an earlier one has as well. */
function twice(sites: readonly Site[], has: (site: Site) => readonly Had[]) {
  const first = new Map<string, Site>();
  return sites.flatMap((of) =>
    has(of).flatMap(({ key, path, got }) => {
      const other = first.get(key);
      if (other === undefined) first.set(key, of);
      return other === undefined || other === of ? [] : [{ of, with: other, path, got }];
    }),
  );
}

function byEngine(sites: readonly Site[]): readonly (readonly Site[])[] {
  const engines = new Map<string, Site[]>();
  for (const site of sites) {
    const host = site.deployment.engine?.host ?? "";
    const together = engines.get(host) ?? [];
    together.push(site);
    engines.set(host, together);
  }
  return [...engines.values()];
}

const ELSEWHERE = "or give one of the two another engine (engine.host)";

/** `plant` with a service `east-api`, and `plant-east`, which has a role `api`. */
function containers(sites: readonly Site[]): readonly Overlap[] {
  const byName = new Map(sites.map((site) => [site.deployment.name, site]));
  return sites.flatMap((of) =>
    beginnings(of.deployment.name).flatMap(({ start, rest }) => {
      const other = byName.get(start);
      const part = other && partsOf(other.deployment).find((part) => `${part}-`.startsWith(`${rest}-`));
      if (other === undefined || part === undefined) return [];
      const allowed = `a name that is not ${start}- and then ${rest}: ${other.file} has a service ${part}, whose container may be called like one of this`;
      return [
        {
          ...{ of, with: other, path: "name", got: of.deployment.name, allowed },
          fix: `rename one of the two, ${ELSEWHERE}`,
        },
      ];
    }),
  );
}

/** The ways to cut a name in two at a dash. */
const beginnings = (name: string) =>
  [...name.matchAll(/-/g)].map(({ index }) => ({ start: name.slice(0, index), rest: name.slice(index + 1) }));

const partsOf = ({ programs }: Deployment): readonly string[] => [
  ...Object.values(definitions).flatMap(({ containers }) => containers),
  ...programs.map(({ name }) => name),
];

/** A port on all addresses of a family is one on each of them. */
function ports(sites: readonly Site[]): readonly Overlap[] {
  const first = new Map<number, { readonly site: Site; readonly address: string }[]>();
  return sites.flatMap((of) =>
    of.deployment.ports.flatMap(({ listener, address, port }) => {
      const known = first.get(port) ?? [];
      const other = known.find(({ site, address: its }) => site !== of && meet(its, address));
      known.push({ site: of, address });
      first.set(port, known);
      if (other === undefined) return [];
      return [
        {
          ...{ of, with: other.site, path: `the port of ${listener}`, got: port },
          allowed: `a port that nobody else has on ${address}`,
          fix: `choose another port (or bind), ${ELSEWHERE}`,
        },
      ];
    }),
  );
}

const EVERY: Readonly<Record<string, RegExp>> = { "0.0.0.0": /\./, "::": /:/ };

const meet = (a: string, b: string): boolean =>
  a === b || (EVERY[a]?.test(b) ?? false) || (EVERY[b]?.test(a) ?? false);

/** In the order of their first addresses an overlap is always one with the widest that came before. */
function subnets(sites: readonly Site[]): readonly Overlap[] {
  const ranges = sites.flatMap((of) =>
    subnetsIn(of.deployment.networks).map(({ path, cidr }) => ({ of, path, cidr, ...rangeOf(cidr) })),
  );
  ranges.sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
  let widest = ranges[0];
  return ranges.slice(1).flatMap((range) => {
    const other = widest;
    if (other === undefined || range.last > other.last) widest = range;
    if (other === undefined || range.first > other.last || other.of === range.of) return [];
    return [
      {
        ...{ of: range.of, with: other.of, path: range.path, got: range.cidr },
        allowed: `a subnet apart from ${other.cidr}, which is ${other.path} of ${other.of.file}`,
        fix: `state ${range.path} with another subnet, ${ELSEWHERE}`,
      },
    ];
  });
}

/** As numbers that tell the families apart: no IPv4 address lies below one of IPv6 that is in use. */
function rangeOf(cidr: string): { readonly first: bigint; readonly last: bigint } {
  const [address, length] = ipaddr.parseCIDR(cidr);
  const bits = address.kind() === "ipv4" ? 32n : 128n;
  const number = address.toByteArray().reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
  const host = bits - BigInt(length);
  const first = ((number >> host) << host) | (bits === 32n ? 0n : 1n << 128n);
  return { first, last: first | ((1n << host) - 1n) };
}
