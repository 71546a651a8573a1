import { sysctlsAreItsOwn } from "../../../policies/containers/sysctls-are-its-own.ts";
import { judges } from "../judging.ts";
import { withSpec } from "../services.ts";

judges(sysctlsAreItsOwn, "CTR-034", {
  rejects: [
    {
      name: "one of the kernel and one that forwards",
      given: { sysctls: { "kernel.msgmax": "1", "net.ipv4.ip_forward": "1", "net.core.somaxconn": "1024" } },
      evidence: ["sysctl kernel.msgmax is set", "sysctl net.ipv4.ip_forward is set"],
    },
    {
      name: "one of a service of a swarm",
      type: "docker_service",
      given: withSpec({ sysctl: { "net.ipv4.conf.all.route_localnet": "1" } }),
      evidence: ["sysctl net.ipv4.conf.all.route_localnet is set"],
    },
    {
      name: "a value that is known only at apply",
      given: { sysctls: { "net.core.somaxconn": "${var.backlog}" } },
      evidence: ['sysctl net.core.somaxconn is "${var.backlog}", known only at apply'],
    },
    {
      name: "a map that is known only at apply",
      given: { sysctls: "${var.sysctls}" },
      evidence: ['sysctls are "${var.sysctls}", known only at apply'],
    },
  ],
  accepts: [
    { name: "none", given: {}, examined: 0 },
    {
      name: "those of its own network",
      given: { sysctls: { "net.core.somaxconn": "1024", "net.ipv4.tcp_keepalive_time": "60" } },
    },
  ],
});
