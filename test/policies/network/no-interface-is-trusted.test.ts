import { noInterfaceIsTrusted } from "../../../policies/network/no-interface-is-trusted.ts";
import { judges } from "../judging.ts";

const TRUSTED = "com.docker.network.bridge.trusted_host_interfaces";

judges(noInterfaceIsTrusted, "NET-013", {
  rejects: [
    { name: "one", given: { options: { [TRUSTED]: "eth0" } }, evidence: [`${TRUSTED} is "eth0"`] },
    {
      name: "one known only at apply",
      given: { options: { [TRUSTED]: "${var.lan}" } },
      evidence: [`${TRUSTED} is "\${var.lan}", known only at apply`],
    },
  ],
  accepts: [
    { name: "none", given: {} },
    { name: "other options", given: { options: { "com.docker.network.bridge.name": "br-x" } } },
  ],
});
