import { type Evidence, unknown } from "../evidence.ts";
import { containerSpec, RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { isBlock, isKnown, show } from "../values.ts";

/** They belong to the network namespace of the container, and weaken nothing. */
const ALLOWED =
  /^net\.(core\.somaxconn|ipv4\.(ip_unprivileged_port_start|ip_local_port_range|tcp_keepalive_(time|intvl|probes)|tcp_fin_timeout|tcp_max_syn_backlog|tcp_tw_reuse)|ipv6\.conf\.\w+\.disable_ipv6)$/;

export const sysctlsAreItsOwn = definePolicy({
  id: "CTR-034",
  severity: "medium",
  title: "kernel parameters are those of the container's own network",
  why: "Most kernel parameters are the host's; those of a network can turn a container into a router.",
  avoid: "sysctls: {kernel.shm_rmid_forced: 1}",
  prefer: "sysctls: {net.core.somaxconn: 1024}",
  allowed:
    "net.core.somaxconn, keep-alive, port range, backlog and time-out of TCP, disable_ipv6; no kernel.*, no forwarding",
  fix: "remove the parameter, or set it on the host",
  source: "sysctl(8); Docker documentation, docker run --sysctl",
  looksAt: RUNS,
  where: (resource) => sysctls(containerSpec(resource)) !== undefined,
  check: (resource) => {
    const found = sysctls(containerSpec(resource));
    if (!isBlock(found))
      return isKnown(found)
        ? [`sysctls are ${show(found)}`]
        : [unknown(`sysctls are ${show(found)}, known only at apply`)];
    return Object.entries(found).flatMap(([name, value]): readonly Evidence[] => {
      if (!ALLOWED.test(name)) return [`sysctl ${name} is set`];
      return isKnown(value) ? [] : [unknown(`sysctl ${name} is ${show(value)}, known only at apply`)];
    });
  },
});

/** A container calls them `sysctls`, a service `sysctl`. */
const sysctls = (spec: { readonly sysctls?: unknown; readonly sysctl?: unknown }) =>
  spec.sysctls ?? spec.sysctl ?? undefined;
