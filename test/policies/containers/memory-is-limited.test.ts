import { memoryIsLimited } from "../../../policies/containers/memory-is-limited.ts";
import { judges } from "../judging.ts";
import { withTask } from "../services.ts";

judges(memoryIsLimited, "CTR-009", {
  rejects: [
    { name: "no limit", given: {}, evidence: ["memory is not set"] },
    { name: "0, which is no limit", given: { memory: 0 }, evidence: ["memory is 0"] },
    { name: "text that is no number", given: { memory: "128m" }, evidence: ['memory is "128m"'] },
    { name: "an empty text", given: { memory: "" }, evidence: ['memory is ""'] },
    {
      name: "what is known only at apply",
      given: { memory: "${var.memory}" },
      evidence: ['memory is "${var.memory}", known only at apply'],
    },
    {
      name: "a service of a swarm without a limit",
      type: "docker_service",
      given: withTask({ resources: { reservation: { memory_bytes: 1 } } }),
      evidence: ["resources.limits.memory_bytes is not set"],
    },
  ],
  accepts: [
    {
      name: "a service of a swarm with a limit",
      type: "docker_service",
      given: withTask({ resources: [{ limits: [{ memory_bytes: 134217728 }] }] }),
    },
    { name: "a limit", given: { memory: 128 } },
    { name: "a limit as text", given: { memory: "128" } },
  ],
});
