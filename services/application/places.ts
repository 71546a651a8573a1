import type { ParsedDeployment } from "../deployment.ts";

type Frontend = ParsedDeployment["frontend"];

/** Where a site file speaks of a program: `backend`, `backend.roles.0`, `backend.migrate`, `frontend`, `services.NAME`. */
export interface Place extends Pick<Frontend, "environment" | "secrets" | "files"> {
  readonly at: string;

  /** Whether the application is on. */
  readonly enabled: boolean;

  /** Of the application as a whole. */
  readonly build?: Frontend["build"];
}

/** Every such place, in the parts of a deployment that are there. */
export function placesIn({
  backend,
  frontend,
  services = {},
}: Partial<Pick<ParsedDeployment, "backend" | "frontend" | "services">>): readonly Place[] {
  return [
    ...(backend === undefined ? [] : ofBackend(backend)),
    ...(frontend === undefined ? [] : [{ ...frontend, at: "frontend" }]),
    ...Object.entries(services).map(([name, service]) => ({ ...service, at: `services.${name}` })),
  ];
}

function ofBackend(backend: ParsedDeployment["backend"]): readonly Place[] {
  const { enabled, roles = [], migrate } = backend;
  return [
    { ...backend, at: "backend" },
    ...roles.map((role, index) => ({ ...role, enabled, at: `backend.roles.${index}` })),
    ...(migrate === undefined ? [] : [{ ...migrate, enabled, at: "backend.migrate" }]),
  ];
}
