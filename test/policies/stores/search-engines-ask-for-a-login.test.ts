import { searchEnginesAskForALogin } from "../../../policies/stores/search-engines-ask-for-a-login.ts";
import { judges } from "../judging.ts";
import { FILE, OPEN_PORT, UNSEEN } from "../programs.ts";

const eighth = { image: "docker.elastic.co/elasticsearch/elasticsearch:8.17.1" };
const seventh = { image: "elasticsearch:7.17.0" };
const open = { image: "opensearchproject/opensearch:2.18.0" };
const PATH = "/usr/share/elasticsearch/config/elasticsearch.yml";

judges(searchEnginesAskForALogin, "STO-004", {
  rejects: [
    {
      name: "security that is turned off",
      given: { ...eighth, env: ["xpack.security.enabled=false"], ...OPEN_PORT(9200) },
      evidence: ["xpack.security.enabled turns security off"],
    },
    {
      name: "by an option, for its networks",
      given: { ...eighth, command: ["elasticsearch", "-Expack.security.enabled=false"] },
      evidence: [{ severity: "medium", text: "-Expack.security.enabled turns security off" }],
    },
    {
      name: "by a file",
      given: { ...eighth, ...FILE(PATH, "xpack:\n  security.enabled: false\n"), ...OPEN_PORT(9200) },
      evidence: [`xpack.security.enabled in ${PATH} turns security off`],
    },
    {
      name: "an older version as it comes",
      given: { ...seventh, ...OPEN_PORT(9200) },
      evidence: ["xpack.security.enabled is not set, and is off by default before version 8"],
    },
    {
      name: "Bitnami's as it comes",
      given: { image: "bitnami/elasticsearch:8", ...OPEN_PORT(9200) },
      evidence: ["ELASTICSEARCH_ENABLE_SECURITY is not set, and is off by default"],
    },
    {
      name: "OpenSearch without its plugin",
      given: { ...open, env: ["DISABLE_SECURITY_PLUGIN=true"], ...OPEN_PORT(9200) },
      evidence: ["DISABLE_SECURITY_PLUGIN turns security off"],
    },
    {
      name: "a file that is not known here",
      given: { ...seventh, ...UNSEEN("/usr/share/elasticsearch/config") },
      evidence: [`cannot be judged: ${PATH}: its text is not known here`],
    },
    {
      name: "a switch that is known only at apply",
      given: { ...eighth, env: ["xpack.security.enabled=${var.secure}"] },
      evidence: ["xpack.security.enabled is known only at apply"],
    },
  ],
  accepts: [
    { name: "version 8 as it comes", given: eighth },
    { name: "the newest", given: { image: "elasticsearch:latest" } },
    { name: "an older one with security", given: { ...seventh, env: ["xpack.security.enabled=true"] } },
    { name: "OpenSearch as it comes", given: open },
    { name: "its switch off", given: { ...open, env: ["DISABLE_SECURITY_PLUGIN=false"] } },
    { name: "an image named by content", given: { image: `elasticsearch@sha256:${"a".repeat(64)}` } },
    { name: "an exporter", given: { image: "prometheuscommunity/elasticsearch-exporter:1" }, examined: 0 },
  ],
});
