import { isOn } from "../facts/environment.ts";
import { byExposure } from "../facts/exposure.ts";
import { grafanaSetting } from "../facts/grafana.ts";
import { isKnownPassword } from "../facts/secret-values.ts";
import { isProduct, RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";

export const administratorHasAPassword = definePolicy({
  id: "GRF-002",
  severity: "high",
  title: "the administrator of Grafana has a password of its own",
  why: "Grafana makes the user admin with the password admin, and the first who logs in chooses the next one. The administrator reads every data source and, with plugins, runs programs in the container.",
  avoid: 'image: grafana/grafana:11.6.0\nports: ["3000:3000"]',
  prefer:
    'image: grafana/grafana:11.6.0\nports: ["3000:3000"]\nenvironment: {GF_SECURITY_ADMIN_PASSWORD__FILE: /run/secrets/grafana}',
  allowed:
    "GF_SECURITY_ADMIN_PASSWORD__FILE or GF_SECURITY_ADMIN_PASSWORD; or GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION true",
  fix: "deliver a generated password as a file, and name it in GF_SECURITY_ADMIN_PASSWORD__FILE",
  source: "Grafana documentation, configure Grafana, admin_password",
  looksAt: RUNS,
  where: isProduct("grafana"),
  check: (resource, stack) => {
    if (isOn(grafanaSetting("security", "disable_initial_admin_creation", resource, stack)?.value)) return [];
    const password = grafanaSetting("security", "admin_password", resource, stack);
    if (password === undefined)
      return byExposure([resource], "medium", [
        "GF_SECURITY_ADMIN_PASSWORD is not set, which makes it admin",
      ]);
    // SEC-008 judges the value of a variable.
    const isInFile = password.place.includes(" in ");
    return isInFile && isKnownPassword(password.value ?? "")
      ? byExposure([resource], "medium", [`${password.place} is a password that everybody knows`])
      : [];
  },
});
