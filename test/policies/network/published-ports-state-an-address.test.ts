import { publishedPortsStateAnAddress } from "../../../policies/network/published-ports-state-an-address.ts";
import { judges } from "../judging.ts";

judges(publishedPortsStateAnAddress, "NET-004", {
  rejects: [
    { name: "no address", given: { ports: { internal: 1883 } }, evidence: ["ip of port 1883 is not set"] },
    {
      name: "an empty address, and a name",
      given: {
        ports: [
          { internal: 1883, ip: "" },
          { internal: 8000, ip: "localhost" },
        ],
      },
      evidence: ['ip of port 1883 is ""', 'ip of port 8000 is "localhost"'],
    },
    {
      name: "one known only at apply",
      given: { ports: [{ internal: 1883, ip: "${var.lan}" }] },
      evidence: ['ip of port 1883 is "${var.lan}", known only at apply'],
    },
  ],
  accepts: [
    {
      name: "loopback, one interface and a wildcard that is spelled out",
      given: {
        ports: [
          { internal: 1, ip: "127.0.0.1" },
          { internal: 2, ip: "fd00::10" },
          { internal: 3, ip: "0.0.0.0" },
        ],
      },
    },
    { name: "a container that publishes nothing", given: {}, examined: 0 },
  ],
});
