import { administratorHasAPassword } from "../../../policies/grafana/administrator-has-a-password.ts";
import { judges } from "../judging.ts";
import { FILE, OPEN_PORT, UNSEEN } from "../programs.ts";

const grafana = { image: "grafana/grafana-oss:11.6.0" };
const INI = "/etc/grafana/grafana.ini";
const unset = "GF_SECURITY_ADMIN_PASSWORD is not set, which makes it admin";

judges(administratorHasAPassword, "GRF-002", {
  rejects: [
    { name: "one as it comes", given: { ...grafana, ...OPEN_PORT(3000) }, evidence: [unset] },
    { name: "for its networks", given: grafana, evidence: [{ severity: "medium", text: unset }] },
    {
      name: "the usual password in a file",
      given: { ...grafana, ...FILE(INI, "[security]\nadmin_password = admin\n"), ...OPEN_PORT(3000) },
      evidence: [`security.admin_password in ${INI} is a password that everybody knows`],
    },
    {
      name: "a file that is not known here",
      given: { ...grafana, ...UNSEEN(INI) },
      evidence: [`cannot be judged: ${INI}: its text is not known here`],
    },
  ],
  accepts: [
    { name: "a file", given: { ...grafana, env: ["GF_SECURITY_ADMIN_PASSWORD__FILE=/run/secrets/g"] } },
    {
      name: "a password that is chosen later",
      given: { ...grafana, env: ["GF_SECURITY_ADMIN_PASSWORD=${var.p}"] },
    },
    { name: "what SEC-008 says", given: { ...grafana, env: ["GF_SECURITY_ADMIN_PASSWORD=admin"] } },
    {
      name: "no administrator",
      given: { ...grafana, env: ["GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION=true"] },
    },
    {
      name: "another in a file",
      given: { ...grafana, ...FILE(INI, "[security]\nadmin_password = kE7-not-known\n") },
    },
  ],
});
