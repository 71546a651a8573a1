import type { Severity } from "../../site/policy-settings.ts";
import type { Resource, StackDocument } from "../document.ts";
import { type Evidence, graded, unknown } from "../evidence.ts";
import { isDelivery } from "../facts/containers.ts";
import { isVpn } from "../facts/known-images.ts";
import { containerSpec, kindOf, RUNS, repositoryOf } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { blocks, isKnown, show, texts } from "../values.ts";

/** Capabilities that the engine gives to everybody: to add one of them after ALL was dropped leaves less than to say nothing. */
const USUAL =
  /^(AUDIT_WRITE|CHOWN|DAC_OVERRIDE|FOWNER|FSETID|KILL|MKNOD|NET_BIND_SERVICE|NET_RAW|SETFCAP|SETGID|SETPCAP|SETUID|SYS_CHROOT)$/;

/** They slow down, watch or lock: none is a way out of the container. */
const CONFINED = /^(IPC_LOCK|LEASE|SYS_NICE|SYS_RESOURCE|WAKE_ALARM|BLOCK_SUSPEND|NET_BROADCAST)$/;

export const addedCapabilitiesAreFew = definePolicy({
  id: "CTR-003",
  severity: "critical",
  title: "a container adds only the capabilities that its work needs",
  why: "One capability too many is often a way out: SYS_ADMIN mounts, SYS_PTRACE reads other processes, SYS_MODULE loads kernel code, DAC_READ_SEARCH opens host files, NET_ADMIN rewrites routes.",
  avoid: `cap_drop: [ALL]
cap_add: [SYS_ADMIN]`,
  prefer: "cap_drop: [ALL]",
  allowed:
    "CHOWN, DAC_OVERRIDE and FOWNER for a job without a network, NET_ADMIN for the firewall and a VPN, NET_BIND_SERVICE for a TLS edge; none for the rest",
  fix: "remove the capability: run as a fixed user, listen on a port above 1024",
  words: {
    site: {
      allowed:
        "CHOWN, DAC_OVERRIDE and FOWNER for a job without a network, DAC_OVERRIDE, SETGID and SETUID for backups, NET_ADMIN for the firewall, NET_BIND_SERVICE for the edge; none for the rest",
    },
  },
  source: "CIS Docker Benchmark 1.6.0, 5.4; capabilities(7)",
  looksAt: RUNS,
  check: (resource, stack) => {
    const added = addedBy(resource);
    if (added.length === 0) return [];
    const allowed = allowedFor(resource, stack);
    return added.flatMap((name): readonly Evidence[] => {
      if (!isKnown(name)) return [unknown(`an added capability is ${show(name)}, known only at apply`)];
      const short = name.replace(/^CAP_/i, "").toUpperCase();
      return allowed.includes(short) ? [] : [graded(severityOf(short), `it adds the capability ${name}`)];
    });
  },
});

function severityOf(name: string): Severity {
  if (USUAL.test(name)) return "low";
  return CONFINED.test(name) ? "medium" : "critical";
}

function addedBy(resource: Resource): readonly string[] {
  const spec = containerSpec(resource);
  if (resource.type === "docker_service") return texts(spec, "cap_add");
  return blocks(spec, "capabilities").flatMap((capabilities) => texts(capabilities, "add"));
}

function allowedFor(resource: Resource, stack: StackDocument): readonly string[] {
  if (isDelivery(resource)) return ["CHOWN", "DAC_OVERRIDE", "FOWNER"];
  const kind = kindOf(resource, stack);
  if (kind === "firewall") return ["NET_ADMIN"];
  // It reads the volumes of every user, and starts a database server as another one.
  if (kind === "backup") return ["DAC_OVERRIDE", "SETGID", "SETUID"];
  if (kind === "edge") return ["NET_BIND_SERVICE"];
  return isVpn(repositoryOf(resource, stack) ?? "") ? ["NET_ADMIN"] : [];
}
