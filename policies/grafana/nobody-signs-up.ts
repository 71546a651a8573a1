import { isOn } from "../facts/environment.ts";
import { byExposure } from "../facts/exposure.ts";
import { grafanaSetting } from "../facts/grafana.ts";
import { whereBad } from "../facts/program-settings.ts";
import { isProduct, RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";

export const nobodySignsUp = definePolicy({
  id: "GRF-003",
  severity: "medium",
  title: "nobody makes an account of Grafana for themselves",
  why: "An account that anybody can make is as good as none: after a form of two fields a stranger queries the data sources.",
  avoid: 'image: grafana/grafana:11.6.0\nenvironment: {GF_USERS_ALLOW_SIGN_UP: "true"}\nports: ["3000:3000"]',
  prefer:
    'image: grafana/grafana:11.6.0\nenvironment: {GF_USERS_ALLOW_SIGN_UP: "false"}\nports: ["3000:3000"]',
  allowed: "GF_USERS_ALLOW_SIGN_UP unset or false",
  fix: "remove GF_USERS_ALLOW_SIGN_UP, and invite people",
  source: "Grafana documentation, configure Grafana, allow_sign_up",
  looksAt: RUNS,
  where: isProduct("grafana"),
  check: (resource, stack) =>
    byExposure(
      [resource],
      "low",
      whereBad(
        grafanaSetting("users", "allow_sign_up", resource, stack),
        isOn,
        "lets anybody make an account",
      ),
    ),
});
