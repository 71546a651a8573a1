import { visitorsLogIn } from "../../../policies/grafana/visitors-log-in.ts";
import { judges } from "../judging.ts";
import { FILE, LOOPBACK_PORT, OPEN_PORT, UNSEEN } from "../programs.ts";

const grafana = { image: "grafana/grafana:11.6.0" };
const anonymous = (...more: string[]) => ({ ...grafana, env: ["GF_AUTH_ANONYMOUS_ENABLED=true", ...more] });
const INI = "/etc/grafana/grafana.ini";
const as = (role: string) => `GF_AUTH_ANONYMOUS_ENABLED lets visitors in as ${role}`;

judges(visitorsLogIn, "GRF-001", {
  rejects: [
    {
      name: "visitors with all rights",
      given: { ...anonymous("GF_AUTH_ANONYMOUS_ORG_ROLE=Admin"), ...OPEN_PORT(3000) },
      evidence: [as("Admin")],
    },
    {
      name: "the same on loopback",
      given: { ...anonymous("GF_AUTH_ANONYMOUS_ORG_ROLE=Editor"), ...LOOPBACK_PORT(3000) },
      evidence: [{ severity: "medium", text: as("Editor") }],
    },
    {
      name: "visitors who look",
      given: { ...anonymous(), ...OPEN_PORT(3000) },
      evidence: [{ severity: "medium", text: as("Viewer") }],
    },
    {
      name: "visitors of its networks",
      given: anonymous(),
      evidence: [{ severity: "low", text: as("Viewer") }],
    },
    {
      name: "a file that lets them in",
      given: {
        ...grafana,
        ...FILE(INI, "[auth.anonymous]\n;enabled = false\nenabled = true\norg_role = Admin\n"),
        ...OPEN_PORT(3000),
      },
      evidence: [`auth.anonymous.enabled in ${INI} lets visitors in as Admin`],
    },
    {
      name: "a file that is not known here",
      given: { ...grafana, ...UNSEEN("/etc/grafana") },
      evidence: [`cannot be judged: ${INI}: its text is not known here`],
    },
    {
      name: "a switch that is known only at apply",
      given: { ...grafana, env: ["GF_AUTH_ANONYMOUS_ENABLED=${var.open}"] },
      evidence: ["GF_AUTH_ANONYMOUS_ENABLED is known only at apply"],
    },
  ],
  accepts: [
    { name: "one as it comes", given: grafana },
    { name: "a switch that is off", given: { ...grafana, env: ["GF_AUTH_ANONYMOUS_ENABLED=false"] } },
    { name: "a file without it", given: { ...grafana, ...FILE(INI, "[auth.anonymous]\n;enabled = true\n") } },
    {
      name: "another program",
      given: { image: "grafana/loki:3.3.2", env: ["GF_AUTH_ANONYMOUS_ENABLED=true"] },
      examined: 0,
    },
  ],
});
