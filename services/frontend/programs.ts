import type { Program } from "../application/program.ts";
import { referenceFrontend } from "../application/reference.ts";
import type { Configured } from "../deployment.ts";

/** The server of the page. It reaches the backend and neither the broker nor the databases. */
export function frontendPrograms({ frontend }: Configured): readonly Program[] {
  if (!frontend.enabled) return [];
  const base =
    frontend.image === undefined && frontend.build === undefined
      ? referenceFrontend
      : { environment: {}, secrets: {} };
  return [
    {
      name: "frontend",
      application: "frontend",
      of: { ...frontend, name: "frontend", at: "frontend" },
      at: "frontend",
      job: false,
      replicas: 1,
      command: frontend.command,
      environment: { ...base.environment, ...frontend.environment },
      secrets: { ...base.secrets, ...frontend.secrets },
      files: frontend.files,
      limits: frontend.limits,
      limitsAt: "frontend.limits",
      networks: ["edge"],
      alias: "frontend",
      health: frontend.health,
      listener: "frontend",
      rights: {},
      after: [],
      ids: { container: "Service", files: "Files" },
    },
  ];
}
