import type { Resource, StackDocument } from "../document.ts";
import type { Evidence } from "../evidence.ts";
import { isOff, isOn } from "../facts/environment.ts";
import { byExposure } from "../facts/exposure.ts";
import { imageVersion } from "../facts/image-versions.ts";
import {
  byFile,
  byOption,
  byVariable,
  type Stated,
  settingsIn,
  whereBad,
} from "../facts/program-settings.ts";
import { productOf, RUNS, repositoryOf } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";

export const searchEnginesAskForALogin = definePolicy({
  id: "STO-004",
  severity: "critical",
  title: "Elasticsearch and OpenSearch ask their clients for a login",
  why: "Without security the whole index is read, changed and deleted over plain HTTP by everybody who reaches port 9200. Records of many companies were lost this way.",
  avoid:
    'image: elasticsearch:8.17.1\nenvironment: {discovery.type: single-node, xpack.security.enabled: "false"}\nports: ["9200:9200"]',
  prefer: "image: elasticsearch:8.17.1\nenvironment: {discovery.type: single-node}",
  allowed:
    "xpack.security.enabled true, or unset from version 8 on; DISABLE_SECURITY_PLUGIN and plugins.security.disabled unset or false",
  fix: "leave security on, and name a file with the password in ELASTIC_PASSWORD_FILE",
  source: "Elasticsearch reference 7.17 and 8, security settings; OpenSearch documentation, Docker",
  looksAt: RUNS,
  where: (resource, stack) => ["elasticsearch", "opensearch"].includes(productOf(resource, stack) ?? ""),
  check: (resource, stack) =>
    byExposure(
      [resource],
      "medium",
      productOf(resource, stack) === "opensearch"
        ? ofOpensearch(resource, stack)
        : ofElasticsearch(resource, stack),
    ),
});

const folderOf = (product: string) => `/usr/share/${product}/config/${product}.yml`;

function inFile(name: string, product: string, resource: Resource, stack: StackDocument): Stated | undefined {
  const file = { kind: "search.yml", path: folderOf(product) };
  return byFile(settingsIn(file, resource, stack), name, file);
}

function ofElasticsearch(resource: Resource, stack: StackDocument): readonly Evidence[] {
  const name = "xpack.security.enabled";
  const isBitnami = /^bitnami(legacy)?\//.test(repositoryOf(resource, stack) ?? "");
  const stated =
    byOption(resource, `E${name}`) ??
    byVariable(resource, name, "ES_SETTING_XPACK_SECURITY_ENABLED", "ELASTICSEARCH_ENABLE_SECURITY") ??
    inFile(name, "elasticsearch", resource, stack);
  if (stated !== undefined) return whereBad(stated, (value) => !isOn(value), "turns security off");
  if (isBitnami) return ["ELASTICSEARCH_ENABLE_SECURITY is not set, and is off by default"];
  const version = imageVersion(resource, stack);
  if ("unknown" in version) return version.isNewest ? [] : [version.unknown];
  return version.major < 8 ? [`${name} is not set, and is off by default before version 8`] : [];
}

function ofOpensearch(resource: Resource, stack: StackDocument): readonly Evidence[] {
  const name = "plugins.security.disabled";
  return whereBad(
    byOption(resource, `E${name}`) ??
      byVariable(resource, name, "DISABLE_SECURITY_PLUGIN") ??
      inFile(name, "opensearch", resource, stack),
    (value) => !isOff(value),
    "turns security off",
  );
}
