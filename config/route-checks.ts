import { isIP } from "node:net";
import type { Problem } from "../core/problems.ts";
import { hosts } from "../services/addresses.ts";
import type { ParsedDeployment } from "../services/deployment.ts";
import { completeListeners, isBehindEdge } from "../services/listeners.ts";
import type { OwnService } from "../services/own/settings.ts";
import { definitions } from "../services/registry.ts";
import { eachOf } from "./own-service-checks.ts";

/** Routes, and listeners with TLS, are the edge's, which is there while the https listener is open. */
export function routesAreDistinct(deployment: ParsedDeployment): readonly Problem[] {
  const { services } = deployment;
  const names = new Set(hosts(deployment));
  const open = completeListeners(deployment).https.enabled;
  const seen = new Map<string, string>();
  const take = (host: string, path: string, at: string) => seen.set(`${host} ${path}`, at);
  const kept = keptPaths(deployment);
  return eachOf(services, (service, at) => {
    if (!isBehindEdge(service)) return [];
    const shut = open ? [] : [edgeIsShut(service, at)];
    return [
      ...shut,
      ...service.routes.flatMap(({ host = "", path = "", upgrades }, index) => {
        const place = `${at}.routes.${index}`;
        const above = host === "" ? kept.find((taken) => meet(taken.path, path)) : undefined;
        const other = above === undefined ? seen.get(`${host} ${path}`) : `${above.path} of the ${above.of}`;
        take(host, path, place);
        return [
          ...(other === undefined
            ? []
            : [
                {
                  path: place,
                  got: path || host,
                  allowed: `a route apart from ${other}`,
                  fix: "choose another",
                },
              ]),
          ...hostProblems(host, names, `${place}.host`),
          ...upgrades.flatMap((upgrade, number) =>
            upgrade === path || upgrade.startsWith(`${path}/`)
              ? []
              : [
                  {
                    path: `${place}.upgrades.${number}`,
                    got: upgrade,
                    allowed: `a path at or below ${path}, where the route leads`,
                    fix: `write ${path}${upgrade}`,
                  },
                ],
          ),
        ];
      }),
    ];
  });
}

/** Scripts and styles of the kit's own page, which is white without them. */
const OF_THE_PAGE = "/_next";

/** Paths that lead to the kit's applications: a longer one of a service would take a part of them away. */
function keptPaths({ backend, frontend }: ParsedDeployment): readonly { path: string; of: string }[] {
  const ofBackend = definitions.backend.isServed(backend, false)
    ? [backend.pathPrefix, ...backend.upgrades].filter((path) => path !== "")
    : [];
  const isOurs = frontend.enabled && frontend.image === undefined && frontend.build === undefined;
  return [
    ...ofBackend.map((path) => ({ path, of: "backend" })),
    ...(isOurs ? [{ path: OF_THE_PAGE, of: "frontend" }] : []),
  ];
}

/** Whether one path is the other, or below it. */
const meet = (one: string, other: string): boolean =>
  one === other || one.startsWith(`${other}/`) || other.startsWith(`${one}/`);

const edgeIsShut = ({ routes, listener }: OwnService, at: string): Problem => ({
  path: routes.length > 0 ? `${at}.routes` : `${at}.listener.tls`,
  got: routes.length > 0 ? routes : listener?.tls,
  allowed: "nothing while listeners.https is shut, behind which the edge is",
  fix: "open listeners.https, or give the service a listener of its own in clear text",
});

function hostProblems(host: string, names: ReadonlySet<string>, path: string): readonly Problem[] {
  if (host === "") return [];
  if (isIP(host) !== 0)
    return [{ path, got: host, allowed: "a name, since an address has one page only", fix: "write a name" }];
  const plain = host.toLowerCase();
  if (names.has(plain))
    return [{ path, got: host, allowed: "a name that is not among hosts", fix: "choose one of its own" }];
  if (plain !== host)
    return [
      { path, got: host, allowed: "a name in small letters, as browsers send it", fix: `write ${plain}` },
    ];
  return [];
}
