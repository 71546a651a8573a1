import { resourcesHoldNoCredentials } from "../../../policies/secrets/resources-hold-no-credentials.ts";
import { judges } from "../judging.ts";

judges(resourcesHoldNoCredentials, "SEC-014", {
  rejects: [
    {
      name: "credentials and arguments of a build",
      given: {
        build: {
          auth_config: [{ host_name: "r", password: "hunter2" }],
          build_args: { NPM_TOKEN: "hunter2", A: "b" },
        },
      },
      evidence: ["build.auth_config.password is written out", 'build argument "NPM_TOKEN" is written out'],
    },
    {
      name: "credentials of a registry",
      type: "docker_registry_image",
      given: { auth_config: { address: "r", password: "hunter2" } },
      evidence: ["auth_config.password is written out"],
    },
    {
      name: "credentials of a service",
      type: "docker_service",
      given: { auth: { server_address: "r", password: "hunter2" } },
      evidence: ["auth.password is written out"],
    },
  ],
  accepts: [
    {
      name: "variables",
      given: {
        build: { auth_config: { password: "${var.p}" }, build_args: { NPM_TOKEN: "${var.t}", BASE: "a" } },
      },
    },
  ],
});
