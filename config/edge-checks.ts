import type { Problem } from "../core/problems.ts";
import type { ParsedDeployment } from "../services/deployment.ts";
import type { OwnService } from "../services/own/settings.ts";
import { eachOf } from "./own-service-checks.ts";

/** Holds that nothing is asked of the edge where it has no part, or no choice. */
export const edgeHasAPart = ({ services }: ParsedDeployment): readonly Problem[] =>
  eachOf(services, ({ listener, routes }, at) => [
    ...(listener === undefined ? [] : ofListener(listener, `${at}.listener`)),
    ...routes.flatMap(({ path, stripPrefix }, index) =>
      stripPrefix && path === undefined ? [stripsNothing(`${at}.routes.${index}.stripPrefix`)] : [],
    ),
  ]);

function ofListener(listener: NonNullable<OwnService["listener"]>, at: string): readonly Problem[] {
  const { tls, protocol, upgrades } = listener;
  const clear = (key: "protocol" | "upgrades") => ({
    path: `${at}.${key}`,
    got: listener[key],
    allowed: "only with tls: true; in clear text the edge has no part in it",
    fix: `add tls: true, or remove ${key}`,
  });
  const passedOn = {
    path: `${at}.upgrades`,
    got: upgrades,
    allowed: "only with protocol: http, in which a connection may become a WebSocket",
    fix: "remove it",
  };
  const named = upgrades.length > 0;
  return [
    ...(protocol === "tcp" && !tls ? [clear("protocol")] : []),
    ...(named && protocol === "http" && !tls ? [clear("upgrades")] : []),
    ...(named && protocol === "tcp" ? [passedOn] : []),
  ];
}

const stripsNothing = (path: string): Problem => ({
  path,
  got: true,
  allowed: "only with a path, which is what it takes away",
  fix: "add the path, or remove it",
});
