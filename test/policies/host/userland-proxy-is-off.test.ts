import { userlandProxyIsOff } from "../../../policies/host/userland-proxy-is-off.ts";
import { judges } from "../judging.ts";

const config = (settings: object) => ({ text: JSON.stringify(settings) });

judges(userlandProxyIsOff, "DMN-002", {
  rejects: [
    { name: "the default", given: config({}), evidence: ["userland-proxy is not set"] },
    { name: "on", given: config({ "userland-proxy": true }), evidence: ["userland-proxy is true"] },
    {
      name: "a file that is not JSON",
      given: { text: "[]" },
      evidence: ["cannot be judged: the file is not a JSON object"],
    },
    {
      name: "a file that is not known here",
      given: {},
      evidence: ["cannot be judged: its text is not known here"],
    },
  ],
  accepts: [{ name: "off", given: config({ "userland-proxy": false }) }],
});
