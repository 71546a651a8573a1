import type { Resource, StackDocument } from "../document.ts";
import { isDelivery } from "../facts/containers.ts";
import { containerSpec, kindOf, RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { blocks, isKnown, show, texts } from "../values.ts";

/**
 * One capability too many is often a way out: SYS_ADMIN mounts, SYS_PTRACE reads other processes, SYS_MODULE
 * loads kernel code, DAC_READ_SEARCH opens host files, NET_ADMIN rewrites routes.
 */
export const addedCapabilitiesAreFew = definePolicy({
  id: "CTR-003",
  severity: "critical",
  title: "a container adds only the capabilities that its work needs",
  allowed:
    "CHOWN, DAC_OVERRIDE and FOWNER for a job without a network, NET_ADMIN for the firewall, NET_BIND_SERVICE for a TLS edge; none for the rest",
  fix: "remove the capability: run as a fixed user, listen on a port above 1024",
  source: "CIS Docker Benchmark 1.6.0, 5.4; capabilities(7)",
  looksAt: RUNS,
  check: (resource, stack) => {
    const added = addedBy(resource);
    if (added.length === 0) return [];
    const allowed = allowedFor(resource, stack);
    return added.flatMap((name) => {
      if (!isKnown(name)) return [`an added capability is ${show(name)}, known only at apply`];
      return allowed.includes(name.replace(/^CAP_/i, "").toUpperCase())
        ? []
        : [`the added capability ${name} is not needed here`];
    });
  },
});

function addedBy(resource: Resource): readonly string[] {
  const spec = containerSpec(resource);
  if (resource.type === "docker_service") return texts(spec, "cap_add");
  return blocks(spec, "capabilities").flatMap((capabilities) => texts(capabilities, "add"));
}

function allowedFor(resource: Resource, stack: StackDocument): readonly string[] {
  if (isDelivery(resource)) return ["CHOWN", "DAC_OVERRIDE", "FOWNER"];
  const kind = kindOf(resource, stack);
  if (kind === "firewall") return ["NET_ADMIN"];
  return kind === "edge" ? ["NET_BIND_SERVICE"] : [];
}
