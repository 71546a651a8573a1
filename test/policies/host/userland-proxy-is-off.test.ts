import { userlandProxyIsOff } from "../../../policies/host/userland-proxy-is-off.ts";
import { daemonJson, UNREADABLE } from "../engine-settings.ts";
import { judges } from "../judging.ts";

judges(userlandProxyIsOff, "DMN-002", {
  rejects: [
    { name: "the default", given: daemonJson({}), evidence: ["userland-proxy is not set"] },
    { name: "on", given: daemonJson({ "userland-proxy": true }), evidence: ["userland-proxy is true"] },
    ...UNREADABLE,
  ],
  accepts: [{ name: "off", given: daemonJson({ "userland-proxy": false }) }],
});
