import { privilegedHostPortsAreHttpsAlone } from "../../../policies/network/privileged-host-ports-are-https-alone.ts";
import { published, swarm } from "../images.ts";
import { judges } from "../judging.ts";

judges(privilegedHostPortsAreHttpsAlone, "NET-019", {
  rejects: [
    { name: "port 80", given: published(8080, 80), evidence: ["external of port 8080 is 80"] },
    { name: "port 1023 as text", given: published(1, "1023"), evidence: ['external of port 1 is "1023"'] },
    {
      name: "one known only at apply",
      given: published(1, "${var.port}"),
      evidence: ['external of port 1 is "${var.port}", known only at apply'],
    },
    {
      name: "port 22 of a service",
      type: "docker_service",
      given: swarm("acme/thing", {}, [{ target_port: 2222, published_port: 22 }]),
      evidence: ["published_port of port 2222 is 22"],
    },
  ],
  accepts: [
    { name: "443", given: published(8443, 443) },
    { name: "1024", given: published(80, 1024) },
    { name: "none, which is another rule's", given: published(80, null) },
    { name: "a container that publishes nothing", given: {}, examined: 0 },
  ],
});
