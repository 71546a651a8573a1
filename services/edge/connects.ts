import type { Connection } from "../../core/stack-facts.ts";
import type { Deployment } from "../deployment.ts";
import { definitions } from "../registry.ts";
import { RENEWER_PORT } from "./definition.ts";
import { isAcme, served } from "./haproxy-https.ts";
import { ownPassages, ownRoutes } from "./routes.ts";

/** The services that the edge leads to. */
export function edgeConnects(deployment: Deployment): readonly Connection[] {
  const { api, page } = served(deployment);
  const own = new Set(ownRoutes(deployment).map(({ server }) => server));
  const passed = ownPassages(deployment).map(({ server }) => server);
  return [
    ...(page ? [leadsTo(`frontend:${deployment.frontend.port}`, definitions.backend.speaks)] : []),
    ...(api ? [leadsTo(`backend:${deployment.backend.port}`, definitions.backend.speaks)] : []),
    ...[...own].map((server) => leadsTo(server, definitions.backend.speaks)),
    ...passed.map((server) => leadsTo(server, "TCP")),
    ...(isAcme(deployment)
      ? [{ to: "renewer", port: RENEWER_PORT, speaks: "ACME", way: "to" as const }]
      : []),
  ];
}

function leadsTo(server: string, speaks: string): Connection {
  const [to = "", port] = server.split(":");
  return { to, port: Number(port), speaks, way: "both" };
}
