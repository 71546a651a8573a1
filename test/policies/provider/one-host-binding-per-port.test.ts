import { oneHostBindingPerPort } from "../../../policies/provider/one-host-binding-per-port.ts";
import { judges } from "../judging.ts";

const v4 = { internal: 8000, external: 8000, ip: "127.0.0.1", protocol: "tcp" };
const v6 = { ...v4, ip: "::1" };

judges(oneHostBindingPerPort, "PRV-006", {
  rejects: [
    {
      name: "two addresses for one port",
      given: { ports: [v4, v6] },
      evidence: ["port 8000/tcp has 2 host bindings: 127.0.0.1 port 8000, ::1 port 8000"],
    },
    {
      name: "two host ports, one without a protocol",
      given: { ports: [v4, { internal: 8000, external: 8001 }] },
      evidence: ["port 8000/tcp has 2 host bindings: 127.0.0.1 port 8000, any address port 8001"],
    },
    {
      name: "a port known only at apply",
      given: { ports: { internal: "${var.port}" } },
      evidence: ["internal port ${var.port}/tcp is known only at apply"],
    },
    {
      name: "changes ignored of everything but ports",
      given: { ports: [v4, v6], lifecycle: { ignore_changes: ["env"] } },
      evidence: ["port 8000/tcp has 2 host bindings: 127.0.0.1 port 8000, ::1 port 8000"],
    },
    {
      name: "all changes ignored, which hides more than the ports",
      given: { ports: [v4, v6], lifecycle: { ignore_changes: "all" } },
      evidence: ["port 8000/tcp has 2 host bindings: 127.0.0.1 port 8000, ::1 port 8000"],
    },
  ],
  accepts: [
    {
      name: "one binding for each port and protocol",
      given: { ports: [v4, { ...v4, protocol: "udp" }, { ...v4, internal: 8001, external: 8001 }] },
    },
    {
      name: "both families with ports ignored",
      given: { ports: [v4, v6], lifecycle: [{ ignore_changes: ["ports"] }] },
    },
    { name: "a container that publishes nothing", given: { ports: [] }, examined: 0 },
  ],
});
