import { describe, expect, test } from "vitest";
import { hostPortsAreTakenOnce } from "../../../policies/network/host-ports-are-taken-once.ts";
import type { Block } from "../../../policies/values.ts";
import { published, swarm } from "../images.ts";
import { judges } from "../judging.ts";
import { said } from "../reporting.ts";

const at = (path: string, block: Block) => ({ "//": { metadata: { path } }, ...block });

describe("NET-022 rejects the second of two containers with", () => {
  test.each([
    { name: "the same address", first: "127.0.0.1", second: "127.0.0.1" },
    { name: "one address after every address", first: "0.0.0.0", second: "192.0.2.1" },
    { name: "every address after one of IPv6", first: "::1", second: "::" },
    { name: "no address after one", first: "192.0.2.1", second: "" },
  ])("$name", ({ first, second }) => {
    const containers = {
      First: at("test/First", published(1, "8000", first)),
      Second: at("test/Second", published(80, 8000, second)),
    };

    expect(said(hostPortsAreTakenOnce, { docker_container: containers })).toEqual({
      examined: 2,
      findings: ["test/Second: host port 8000/tcp is also taken by test/First"],
      notEnforceable: [],
    });
  });
});

judges(hostPortsAreTakenOnce, "NET-022", {
  rejects: [
    {
      name: "a service of a swarm",
      type: "docker_service",
      given: swarm("acme/thing", {}, [{ target_port: 1, published_port: 8000 }]),
      around: { docker_container: { First: at("test/First", published(1, 8000, "192.0.2.1")) } },
      evidence: ["host port 8000/tcp is also taken by test/First"],
    },
  ],
  accepts: [
    {
      name: "different addresses, families and protocols",
      given: {
        ports: [
          { internal: 1, external: 8000, ip: "192.0.2.2" },
          { internal: 1, external: 8000, ip: "::" },
          { internal: 1, external: 8000, ip: "192.0.2.1", protocol: "udp" },
        ],
      },
      around: { docker_container: { First: published(1, 8000, "192.0.2.1") } },
      examined: 2,
    },
    { name: "ports known only at apply, which is another rule's", given: published(1, "${var.port}") },
    { name: "a container that publishes nothing", given: {}, examined: 0 },
  ],
});
