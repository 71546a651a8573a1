import { containersAskToBePublished } from "../../../policies/traefik/containers-ask-to-be-published.ts";
import { judges } from "../judging.ts";
import { FILE, UNSEEN } from "../programs.ts";

const traefik = { image: "traefik:v3.3" };

judges(containersAskToBePublished, "TRF-003", {
  rejects: [
    {
      name: "the provider as it comes",
      given: { ...traefik, command: ["--providers.docker"] },
      evidence: ["providers.docker.exposedByDefault is not set"],
    },
    {
      name: "by a setting of it alone",
      given: { ...traefik, env: ["TRAEFIK_PROVIDERS_DOCKER_NETWORK=front"] },
      evidence: ["providers.docker.exposedByDefault is not set"],
    },
    {
      name: "said aloud, in a file",
      given: {
        ...traefik,
        ...FILE("/etc/traefik/traefik.yml", "providers: {swarm: {exposedByDefault: true}}"),
      },
      evidence: ["providers.swarm.exposedByDefault is true"],
    },
    {
      name: "nothing behind its name in a file",
      given: { ...traefik, ...FILE("/etc/traefik/traefik.yml", "providers:\n  docker:\n") },
      evidence: ["providers.docker.exposedByDefault is not set"],
    },
    {
      name: "containers that a constraint chooses",
      given: { ...traefik, command: ["--providers.docker", "--providers.docker.constraints=Label(`a`,`b`)"] },
      evidence: [{ severity: "low", text: "providers.docker.exposedByDefault is not set" }],
    },
    {
      name: "version 1",
      given: { image: "traefik:1.7", command: ["--docker"] },
      evidence: ["docker.exposedByDefault is not set"],
    },
    {
      name: "a file that is not known here",
      given: { ...traefik, ...UNSEEN("/etc/traefik/traefik.yml") },
      evidence: ["cannot be judged: /etc/traefik/traefik.yml: its text is not known here"],
    },
  ],
  accepts: [
    {
      name: "containers that ask",
      given: {
        ...traefik,
        command: ["--providers.docker=true", "--providers.docker.exposedbydefault=false"],
      },
    },
    { name: "no such provider", given: { ...traefik, command: ["--providers.file.directory=/r"] } },
    { name: "one that is off", given: { ...traefik, command: ["--providers.docker=false"] } },
  ],
});
