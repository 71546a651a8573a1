import { browsersGetNoSecrets } from "../../../policies/http/browsers-get-no-secrets.ts";
import { swarm } from "../images.ts";
import { judges } from "../judging.ts";

judges(browsersGetNoSecrets, "HTP-010", {
  rejects: [
    {
      name: "secrets by name and by form, whose values are not shown",
      given: {
        env: [
          "NEXT_PUBLIC_API_KEY=hunter2",
          "VITE_DB=postgres://app:hunter2@db/app",
          "NEXT_PUBLIC_TOKEN=${var.token}",
        ],
      },
      evidence: [
        "NEXT_PUBLIC_API_KEY is given to browsers",
        "VITE_DB is given to browsers",
        "NEXT_PUBLIC_TOKEN is given to browsers",
      ],
    },
    {
      name: "an argument of a build",
      type: "docker_image",
      given: { build: [{ build_args: { NEXT_PUBLIC_API_KEY: "hunter2" } }] },
      evidence: ["NEXT_PUBLIC_API_KEY is given to browsers"],
    },
    {
      name: "a service of a swarm",
      type: "docker_service",
      given: swarm("acme/web", { env: { REACT_APP_SECRET: "hunter2" } }),
      evidence: ["REACT_APP_SECRET is given to browsers"],
    },
  ],
  accepts: [
    {
      name: "addresses, and secrets of the server",
      given: { env: ["NEXT_PUBLIC_API_URL=https://a.example.org", "NEXT_PUBLIC_TOKEN=", "API_KEY=hunter2"] },
    },
    { name: "an image without a build", type: "docker_image", given: { name: "acme/web:1" } },
  ],
});
