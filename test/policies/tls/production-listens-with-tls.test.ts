import { expect, test } from "vitest";
import { productionListensWithTls } from "../../../policies/tls/production-listens-with-tls.ts";
import type { Block } from "../../../policies/values.ts";
import { backend, edge, local, mosquitto, published } from "../images.ts";
import { said } from "../reporting.ts";

const judged = (containers: Readonly<Record<string, Block>>) =>
  said(productionListensWithTls, {
    docker_container: Object.fromEntries(
      Object.entries(containers).map(([id, block]) => [
        id,
        {
          "//": { metadata: { path: `test/${id}` } },
          labels: [{ label: "exploreiot.deployment", value: "plant" }],
          ...block,
        },
      ]),
    ),
  });

test.each([
  {
    name: "an edge that publishes nothing",
    containers: { Edge: edge },
    findings: ["stack: test/Edge publishes none of 443, 8443"],
  },
  {
    name: "an edge on another port inside, and a broker in clear text",
    containers: { Edge: { ...edge, ...published(80) }, Broker: { ...mosquitto, ...published(1883) } },
    findings: ["stack: test/Edge publishes none of 443, 8443", "stack: test/Broker publishes none of 8883"],
  },
  {
    name: "a broker that nobody reaches next to an edge",
    containers: { Edge: { ...edge, ...published(443) }, Broker: mosquitto },
    findings: ["stack: test/Broker publishes none of 8883"],
  },
  {
    name: "a port known only at apply",
    containers: { Edge: { ...edge, ...published("${var.port}") } },
    findings: ["stack: test/Edge publishes none of 443, 8443"],
  },
])("TLS-001 rejects $name", ({ containers, findings }) => {
  expect(judged(containers)).toEqual({ examined: 1, findings, notEnforceable: [] });
});

test.each([
  {
    name: "both, on host ports of the user's choice",
    containers: {
      Edge: { ...edge, ...published(8443, 443) },
      Broker: { ...mosquitto, ...published(8883, 18883) },
    },
    examined: 1,
  },
  { name: "a broker alone", containers: { Broker: { ...mosquitto, ...published(8883) } }, examined: 1 },
  { name: "a local stack, where it is relaxed", containers: { Edge: { ...edge, ...local } }, examined: 1 },
  { name: "a stack behind another machine", containers: { Api: backend, Broker: mosquitto }, examined: 0 },
  {
    name: "an edge of others, behind another one for all that is known",
    containers: { Edge: { ...edge, labels: [] } },
    examined: 0,
  },
])("TLS-001 accepts $name", ({ containers, examined }) => {
  expect(judged(containers)).toEqual({ examined, findings: [], notEnforceable: [] });
});
