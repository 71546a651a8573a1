import { bridgesHaveNames } from "../../../policies/network/bridges-have-names.ts";
import { judges } from "../judging.ts";

const NAME = "com.docker.network.bridge.name";
const around = { "file/nftables": { Rules: { text: "" } } };

judges(bridgesHaveNames, "NET-016", {
  rejects: [
    { name: "no name", given: {}, around, evidence: [`${NAME} is not set`] },
    {
      name: "16 characters",
      given: { options: { [NAME]: "br-0123456789012" } },
      around,
      evidence: [`${NAME} is "br-0123456789012"`],
    },
    {
      name: "a name known only at apply",
      given: { options: { [NAME]: "${var.name}" } },
      around,
      evidence: [`${NAME} is "\${var.name}", known only at apply`],
    },
  ],
  accepts: [
    { name: "15 characters", given: { options: { [NAME]: "br-012345678901" } }, around },
    { name: "a stack without firewall rules", given: {}, examined: 0 },
  ],
});
