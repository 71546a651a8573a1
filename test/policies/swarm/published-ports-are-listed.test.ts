import { expect, test } from "vitest";
import { publishedPortsAreListed } from "../../../policies/swarm/published-ports-are-listed.ts";
import { judges } from "../judging.ts";
import { said } from "../reports.ts";
import { withSpec } from "../services.ts";

const publishes = (image: string, ...ports: object[]) => ({
  ...withSpec({ image }),
  endpoint_spec: { ports },
});

judges(publishedPortsAreListed, "SWM-009", {
  rejects: [
    {
      name: "a port that is not listed, and one that is chosen by chance",
      given: publishes("app:1", { target_port: 9090, published_port: 9090 }, { target_port: 8000 }),
      evidence: ["published_port of 9090 is 9090", "published_port of 8000 is not set"],
    },
    {
      name: "a database, on any port",
      given: publishes("postgres:17", { target_port: 5432, published_port: 443 }),
      evidence: ["port 5432 of a database is published"],
    },
    {
      name: "what is known only at apply",
      given: publishes("app:1", { target_port: 8000, published_port: "${var.port}" }),
      evidence: ['published_port of 8000 is "${var.port}", known only at apply'],
    },
  ],
  accepts: [
    { name: "a listed port", given: publishes("app:1", { target_port: 8443, published_port: 443 }) },
    { name: "no ports", given: withSpec({ image: "app:1" }), examined: 0 },
  ],
});

test("says that the address cannot be chosen", () => {
  const web = publishes("app:1", { target_port: 8000, published_port: 8000 });

  expect(said(publishedPortsAreListed, { resource: { docker_service: { web } } }).notEnforceable).toEqual([
    "stack/docker_service.web: a swarm binds every address of every node; filter it in the firewall of the nodes",
  ]);
});
