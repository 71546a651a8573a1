import { replicasFit } from "../../../policies/swarm/replicas-fit.ts";
import { judges } from "../judging.ts";
import { withSpec } from "../services.ts";

const service = (image: string, mode: unknown) => ({ ...withSpec({ image }), mode });
const replicated = (replicas: unknown) => ({ replicated: { replicas } });

judges(replicasFit, "SWM-006", {
  rejects: [
    {
      name: "two databases",
      given: service("postgres:17", replicated(2)),
      evidence: ["mode.replicated.replicas is 2"],
    },
    {
      name: "a broker on every node",
      given: service("eclipse-mosquitto:2.0", { global: true }),
      evidence: ["mode.global is true"],
    },
    {
      name: "a single web server",
      given: service("app:1", replicated(1)),
      evidence: ["mode.replicated.replicas is 1"],
    },
    {
      name: "no mode",
      given: service("app:1", undefined),
      evidence: ["mode.replicated.replicas is not set"],
    },
    {
      name: "what is known only at apply",
      given: service("app:1", replicated("${var.replicas}")),
      evidence: ['mode.replicated.replicas is "${var.replicas}", known only at apply'],
    },
  ],
  accepts: [
    { name: "one database", given: service("postgres:17", replicated(1)) },
    { name: "two web servers", given: service("app:1", replicated(2)) },
    { name: "a web server on every node", given: service("app:1", { global: true }) },
    {
      name: "a single web server of a local stack",
      given: { ...service("app:1", replicated(1)), labels: [{ label: "exploreiot.env", value: "local" }] },
    },
  ],
});
