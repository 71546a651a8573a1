import { pluginsAreSigned } from "../../../policies/grafana/plugins-are-signed.ts";
import { judges } from "../judging.ts";
import { FILE } from "../programs.ts";

const grafana = { image: "grafana/grafana:11.6.0" };
const INI = "/etc/grafana/grafana.ini";

judges(pluginsAreSigned, "GRF-004", {
  rejects: [
    {
      name: "a plugin without a signature",
      given: { ...grafana, env: ["GF_PLUGINS_ALLOW_LOADING_UNSIGNED_PLUGINS=acme-panel"] },
      evidence: ["GF_PLUGINS_ALLOW_LOADING_UNSIGNED_PLUGINS names plugins that nobody has signed"],
    },
    {
      name: "in its file",
      given: { ...grafana, ...FILE(INI, "[plugins]\nallow_loading_unsigned_plugins = acme-panel\n") },
      evidence: [`plugins.allow_loading_unsigned_plugins in ${INI} names plugins that nobody has signed`],
    },
    {
      name: "names that are known only at apply",
      given: { ...grafana, env: ["GF_PLUGINS_ALLOW_LOADING_UNSIGNED_PLUGINS=${var.plugins}"] },
      evidence: ["GF_PLUGINS_ALLOW_LOADING_UNSIGNED_PLUGINS is known only at apply"],
    },
  ],
  accepts: [
    { name: "signed ones", given: { ...grafana, env: ["GF_INSTALL_PLUGINS=grafana-clock-panel"] } },
    {
      name: "none in its file",
      given: { ...grafana, ...FILE(INI, "[plugins]\nallow_loading_unsigned_plugins =\n") },
    },
  ],
});
