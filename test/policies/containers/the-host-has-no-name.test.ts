import { theHostHasNoName } from "../../../policies/containers/the-host-has-no-name.ts";
import { judges } from "../judging.ts";
import { withSpec } from "../services.ts";

judges(theHostHasNoName, "CTR-040", {
  rejects: [
    {
      name: "the gateway of the host",
      given: { host: [{ host: "host.docker.internal", ip: "host-gateway" }] },
      evidence: ['address of "host.docker.internal" is "host-gateway"'],
    },
    {
      name: "one of a service of a swarm",
      type: "docker_service",
      given: withSpec({ hosts: [{ host: "host", ip: "host-gateway" }] }),
      evidence: ['address of "host" is "host-gateway"'],
    },
    {
      name: "what is known only at apply",
      given: { host: [{ host: "db", ip: "${var.ip}" }] },
      evidence: ['address of "db" is "${var.ip}", known only at apply'],
    },
  ],
  accepts: [
    { name: "no extra hosts", given: {}, examined: 0 },
    { name: "another machine", given: { host: [{ host: "db", ip: "192.0.2.7" }] } },
  ],
});
