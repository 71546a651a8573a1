import { nobodySignsUp } from "../../../policies/grafana/nobody-signs-up.ts";
import { judges } from "../judging.ts";
import { OPEN_PORT } from "../programs.ts";

const grafana = { image: "grafana/grafana:11.6.0" };
const open = "GF_USERS_ALLOW_SIGN_UP lets anybody make an account";

judges(nobodySignsUp, "GRF-003", {
  rejects: [
    {
      name: "accounts for everybody",
      given: { ...grafana, env: ["GF_USERS_ALLOW_SIGN_UP=true"], ...OPEN_PORT(3000) },
      evidence: [open],
    },
    {
      name: "for its networks",
      given: { ...grafana, env: ["GF_USERS_ALLOW_SIGN_UP=true"] },
      evidence: [{ severity: "low", text: open }],
    },
    {
      name: "a switch that is known only at apply",
      given: { ...grafana, env: ["GF_USERS_ALLOW_SIGN_UP=${var.open}"] },
      evidence: ["GF_USERS_ALLOW_SIGN_UP is known only at apply"],
    },
  ],
  accepts: [
    { name: "one as it comes", given: grafana },
    { name: "a switch that is off", given: { ...grafana, env: ["GF_USERS_ALLOW_SIGN_UP=false"] } },
  ],
});
