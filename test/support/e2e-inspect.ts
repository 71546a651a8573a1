import type { Inspected } from "./inspected.ts";

/**
 * Attributes that the two runners cannot set alike, by path in `docker inspect`. Everything else must be equal, field by field.
 * - ids, times, places on disk and a probe that runs just now differ between any two containers;
 * - HostConfig.PidsLimit: the provider has no such attribute (engine default there);
 * - HostConfig.NetworkMode: the provider creates on `bridge` and connects the declared networks afterwards;
 * - Config.AttachStdout and AttachStderr: compose asks for them at creation and then does not attach;
 * - addresses and prefix lengths: the engine picks the subnets;
 * - Config.Image: the provider names the image by id, compose by tag; Image, the id itself, is compared;
 * - labels: compose's own, and the hash by which a container that it made is known.
 */
const INCOMPARABLE = [
  /^(Id|Created|Path|Args|ResolvConfPath|HostnamePath|HostsPath|LogPath|State|GraphDriver|RestartCount|ExecIDs)(\.|$)/,
  /^Config\.(Hostname|Image|AttachStdout|AttachStderr|Labels\.com\.docker\.compose\..*|Labels\.exploreiot\.spec)(\.|$)/,
  /^HostConfig\.(PidsLimit|NetworkMode)(\.|$)/,
  /^NetworkSettings\.(SandboxID|SandboxKey|Bridge)(\.|$)/,
  /^NetworkSettings\.(IPAddress|MacAddress|Gateway|EndpointID|IPPrefixLen)(\.|$)/,
  /^NetworkSettings\.Networks\.[^.]+\.(NetworkID|EndpointID|Gateway|IPAddress|IPPrefixLen|MacAddress|IPv6Gateway|GlobalIPv6Address|Links|DriverOpts|IPAMConfig)(\.|$)/,
];

type Tree = { readonly [key: string]: unknown };

/** Container name to path to value, without what cannot be compared and without empty values. */
export function comparable(states: readonly Inspected[]): Record<string, Record<string, unknown>> {
  return Object.fromEntries(
    states.map((state) => [
      String(state.Name),
      Object.fromEntries(
        flatten(normalised(state), "")
          .filter(([path]) => !INCOMPARABLE.some((pattern) => pattern.test(path)))
          .sort(([a], [b]) => a.localeCompare(b)),
      ),
    ]),
  );
}

/** The runners spell some equal things differently: the order of lists, and a container's own id among its aliases. */
function normalised(state: Inspected): Tree {
  const own = String(state.Id).slice(0, 12);
  const networks = Object.fromEntries(
    Object.entries(state.NetworkSettings.Networks).map(([name, network]) => [
      name,
      { ...network, Aliases: aliases(network.Aliases ?? [], own) },
    ]),
  );
  return {
    ...state,
    Config: { ...state.Config, Env: (state.Config.Env ?? []).toSorted() },
    HostConfig: {
      ...state.HostConfig,
      Binds: (state.HostConfig.Binds ?? []).toSorted(),
    },
    Mounts: state.Mounts.toSorted((a, b) => a.Destination.localeCompare(b.Destination)),
    NetworkSettings: { ...state.NetworkSettings, Networks: networks },
  };
}

/** As a set: compose adds the service's name a second time, and both runners the container's own id or name. */
const aliases = (found: readonly string[], own: string) =>
  [...new Set(found)].filter((alias) => alias !== own && !alias.startsWith("exploreiot-")).sort();

function flatten(value: unknown, path: string): [string, unknown][] {
  if (value === null || value === undefined || value === "" || value === false || value === 0) return [];
  if (typeof value !== "object") return [[path, value]];
  return Object.entries(value).flatMap(([key, inner]) =>
    flatten(inner, path === "" ? key : `${path}.${key}`),
  );
}
