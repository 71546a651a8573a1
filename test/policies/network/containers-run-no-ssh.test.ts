import { containersRunNoSsh } from "../../../policies/network/containers-run-no-ssh.ts";
import { published, swarm, unknown } from "../images.ts";
import { judges } from "../judging.ts";

judges(containersRunNoSsh, "NET-020", {
  rejects: [
    {
      name: "port 22 inside",
      given: published(22, 2222),
      evidence: ["port 22 (host port 2222 of 0.0.0.0) is published"],
    },
    {
      name: "the image of a server",
      given: { image: "linuxserver/openssh-server:latest" },
      evidence: ["image is linuxserver/openssh-server:latest"],
    },
    {
      name: "the server in a script",
      given: { command: ["sh", "-c", "/usr/sbin/sshd -D & exec app"] },
      evidence: ["the command runs /usr/sbin/sshd"],
    },
    {
      name: "a service of a swarm",
      type: "docker_service",
      given: swarm("acme/thing", { args: ["dropbear", "-F"] }),
      evidence: ["the command runs dropbear"],
    },
    {
      name: "a command known only at apply",
      given: { command: "${var.command}" },
      evidence: ["cannot be judged: command is not a list, so its words are not known"],
    },
  ],
  accepts: [
    { name: "a client", given: { ...unknown, command: ["ssh", "host"] } },
    { name: "another port", given: published(2222, 22) },
  ],
});
