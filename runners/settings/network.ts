import ipaddr from "ipaddr.js";
import type { NetworkState } from "../docker/networks.ts";
import type { NetworkSpec } from "../stack.ts";
import { at, unordered } from "./attribute.ts";
import { compareRest, type Field } from "./rest.ts";
import { type Change, changesBetween, flat } from "./settings.ts";

/** Attributes that the kit states always, or never. */
const FIELDS: Readonly<Record<string, Field>> = {
  driver: { found: (state) => at(state, "Driver"), usual: "bridge" },
  attachable: { found: (state) => at(state, "Attachable") },
  ingress: { found: (state) => at(state, "Ingress") },
  ipam_driver: { found: (state) => at(at(state, "IPAM"), "Driver"), usual: "default" },
  ipam_options: { found: (state) => at(at(state, "IPAM"), "Options") },
};

/** Options that the engine adds to every network. */
const ADDED = /^com\.docker\.network\.enable_ipv[46]$/;

/**
 * How a network differs from what the JSON says of it. Labels do not count: compose has more of them (decision 77).
 *
 * @throws UserError for an attribute that cannot be compared
 */
export function networkChanges(spec: NetworkSpec, state: NetworkState): readonly Change[] {
  const rest = compareRest(spec, FIELDS, state);
  const options = Object.entries(state.Options ?? {}).filter(([name]) => !ADDED.test(name));
  return changesBetween(
    {
      ...rest.declared,
      ...flat("internal", spec.internal),
      ...flat("ipv6", spec.ipv6),
      ...flat("options", spec.options),
      ...flat("ipam_config", ranges(spec.subnets)),
    },
    {
      ...rest.found,
      ...flat("internal", state.Internal),
      ...flat("ipv6", state.EnableIPv6),
      ...flat("options", Object.fromEntries(options)),
      // Where nobody says which, the engine picks them.
      ...(spec.subnets.length === 0
        ? {}
        : flat("ipam_config", ranges((state.IPAM.Config ?? []).flatMap(inspected)))),
    },
  );
}

const inspected = ({ Subnet, Gateway }: { readonly Subnet?: string; readonly Gateway?: string }) =>
  Subnet === undefined ? [] : [{ subnet: Subnet, gateway: (Gateway ?? "").replace(/\/.*/, "") }];

/** Subnets and gateways in the one spelling that the library has for each. */
const ranges = (subnets: NetworkSpec["subnets"]): string =>
  unordered(
    subnets.map(({ subnet, gateway }) => {
      const [address, length] = ipaddr.parseCIDR(subnet);
      const way = ipaddr.isValid(gateway) ? ipaddr.parse(gateway).toNormalizedString() : "none";
      return `${address.toNormalizedString()}/${length} by ${way}`;
    }),
  );
