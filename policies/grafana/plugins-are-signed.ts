import { grafanaSetting } from "../facts/grafana.ts";
import { whereBad } from "../facts/program-settings.ts";
import { isProduct, RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";

export const pluginsAreSigned = definePolicy({
  id: "GRF-004",
  severity: "medium",
  title: "plugins of Grafana are signed",
  why: "A plugin runs in the server with all its rights, and in the browser of everybody who looks. Without a signature nobody knows whose program that is.",
  avoid:
    "image: grafana/grafana:11.6.0\nenvironment: {GF_PLUGINS_ALLOW_LOADING_UNSIGNED_PLUGINS: acme-panel}",
  prefer: "image: grafana/grafana:11.6.0\nenvironment: {GF_INSTALL_PLUGINS: grafana-clock-panel}",
  allowed: "GF_PLUGINS_ALLOW_LOADING_UNSIGNED_PLUGINS unset",
  fix: "sign a plugin of your own privately (grafana sign-plugin), and remove the variable",
  source: "Grafana documentation, plugin signatures",
  looksAt: RUNS,
  where: isProduct("grafana"),
  check: (resource, stack) =>
    whereBad(
      grafanaSetting("plugins", "allow_loading_unsigned_plugins", resource, stack),
      (names) => names !== "",
      "names plugins that nobody has signed",
    ),
});
