import { containerSpec, RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { blocks, must } from "../values.ts";

export const capabilitiesAreDropped = definePolicy({
  id: "CTR-002",
  severity: "high",
  title: "every container drops all capabilities",
  why: "The engine gives 14 capabilities to everybody, NET_RAW (forged packets) and DAC_OVERRIDE among them.",
  avoid: "cap_add: [CHOWN]",
  prefer: "cap_drop: [ALL]",
  allowed: "ALL in capabilities.drop of a container, in cap_drop of a service",
  fix: "drop ALL, then add the ones that are needed",
  words: {
    compose: {
      allowed: "ALL in cap_drop",
      fix: "write cap_drop: [ALL], then cap_add with the ones that are needed",
    },
  },
  source: "CIS Docker Benchmark 1.6.0, 5.4",
  looksAt: RUNS,
  check: (resource) => {
    const spec = containerSpec(resource);
    if (resource.type === "docker_service") return must(spec, "cap_drop", dropsAll);
    return must(blocks(spec, "capabilities")[0] ?? {}, "drop", dropsAll, "capabilities.drop");
  },
});

const dropsAll = (list: unknown) =>
  Array.isArray(list) && list.some((name) => /^(CAP_)?ALL$/i.test(String(name)));
