import { expect, test } from "vitest";
import { production } from "../../config/production.ts";
import type { DeploymentInput } from "../../config/schema.ts";
import { evaluate } from "../../policies/evaluate.ts";
import { policies } from "../../policies/index.ts";
import { readTerraformJson } from "../../policies/inputs/terraform-json.ts";
import { synthesized } from "./synthesized.ts";

const off = { enabled: false };

/** Settings that a production deployment may ask for without giving anything up. */
test.each<[string, Partial<DeploymentInput>]>([
  ["an ACME certificate", { tls: { certificate: { source: "acme", email: "ops@example.org" } } }],
  ["client certificates", { mosquitto: {}, tls: { mqttClients: "certificates" } }],
  ["TLS to PostgreSQL", { postgres: { tls: true } }],
  [
    "the page alone",
    {
      frontend: { build: { context: "apps/frontend" } },
      ...{ backend: off, mosquitto: off, postgres: off, redis: off },
      listeners: { https: {} },
    },
  ],
  [
    "the broker alone",
    { ...{ backend: off, frontend: off, postgres: off, redis: off }, listeners: { mqtts: {} } },
  ],
  [
    "a firewall for the whole machine",
    { firewall: { scope: "host", interfaces: ["eth0"], open: [{ port: 9100 }] } },
  ],
  [
    "networks of both families",
    {
      networks: {
        edge: { ipv4: "10.124.1.0/24", ipv6: "fd00:124:1::/64" },
        broker: { ipv4: "10.124.2.0/24", ipv6: "fd00:124:2::/64" },
      },
    },
  ],
  [
    "listeners on an IPv6 address",
    {
      listeners: { https: { bind: "2001:db8::1" }, mqtts: { bind: "::" } },
      networks: {
        edge: { ipv4: "10.124.1.0/24", ipv6: "fd00:124:1::/64" },
        broker: { ipv4: "10.124.2.0/24", ipv6: "fd00:124:2::/64" },
      },
    },
  ],
  [
    "clear text on this machine alone",
    { listeners: { https: {}, mqtts: {}, backend: { bind: "loopback" } } },
  ],
  ["a state elsewhere", { state: { backend: "s3", bucket: "states" } }],
])("production with %s passes every policy", (_, change) => {
  const { json, read } = synthesized({ ...production, ...change });
  const reports = evaluate(readTerraformJson(json, { read }), policies);

  expect(reports.flatMap(({ findings }) => findings)).toEqual([]);
});
