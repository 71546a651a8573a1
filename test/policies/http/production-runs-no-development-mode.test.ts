import { productionRunsNoDevelopmentMode } from "../../../policies/http/production-runs-no-development-mode.ts";
import { local, swarm } from "../images.ts";
import { judges } from "../judging.ts";

judges(productionRunsNoDevelopmentMode, "HTP-008", {
  rejects: [
    {
      name: "development by variables",
      given: {
        env: [
          "NODE_ENV=development",
          "ENVIRONMENT=dev",
          "DEBUG=1",
          "APP_DEBUG=true",
          "DEBUG_MODE=${var.debug}",
        ],
      },
      evidence: [
        'NODE_ENV is "development"',
        'ENVIRONMENT is "dev"',
        'DEBUG is "1"',
        'APP_DEBUG is "true"',
        "DEBUG_MODE is known only at apply",
      ],
    },
    {
      name: "development by command",
      given: { entrypoint: ["sh", "-c"], command: ["exec /app/bin/uvicorn app:app --reload"] },
      evidence: ["the command says --reload"],
    },
    {
      name: "Next.js",
      given: { command: ["node_modules/.bin/next", "dev"] },
      evidence: ["the command says next dev"],
    },
    {
      name: "a script of npm in a service",
      type: "docker_service",
      given: swarm("acme/web", { args: ["npm", "run", "dev"] }),
      evidence: ["the command says run dev"],
    },
  ],
  accepts: [
    {
      name: "production",
      given: { env: ["NODE_ENV=production", "DEBUG=false", "DEBUG_LEVEL=1"], command: ["next", "start"] },
    },
    { name: "nothing", given: {} },
    { name: "a local stack, where it is relaxed", given: { ...local, env: ["DEBUG=1"] } },
  ],
});
