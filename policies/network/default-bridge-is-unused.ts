import { unknown } from "../evidence.ts";
import { definePolicy } from "../policy.ts";
import { blocks, isKnown, isUnset, show } from "../values.ts";

export const defaultBridgeIsUnused = definePolicy({
  id: "NET-008",
  severity: "high",
  title: "no container is on the engine's default network",
  why: "On the default bridge every container of the machine reaches every other, no matter of which stack.",
  avoid: "network_mode: bridge",
  prefer: "networks: [web]",
  allowed: "networks_advanced with a network of the stack, or network_mode none",
  fix: "join the networks that the container needs",
  source: "CIS Docker Benchmark 1.6.0, 5.30",
  looksAt: ["docker_container"],
  check: ({ block }) => {
    const mode = block.network_mode ?? undefined;
    if (!isKnown(mode)) return [unknown(`network_mode is ${show(mode)}, known only at apply`)];
    const isDefault = isUnset(mode) || ["bridge", "default", ""].includes(String(mode));
    return isDefault && blocks(block, "networks_advanced").length === 0
      ? [`network_mode is ${show(mode)}, and no network is joined`]
      : [];
  },
});
