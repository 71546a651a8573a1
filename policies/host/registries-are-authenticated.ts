import { daemonJson } from "../files/daemon-json.ts";
import { definePolicy } from "../policy.ts";
import { show } from "../values.ts";

export const registriesAreAuthenticated = definePolicy({
  id: "DMN-010",
  severity: "medium",
  title: "images come over TLS",
  why: "Anyone who sits between the engine and such a registry decides what the images hold.",
  avoid: `# daemon.json
{"insecure-registries": ["registry.example.org:5000"]}`,
  prefer: `# daemon.json
{"insecure-registries": []}`,
  allowed: "insecure-registries unset or empty",
  fix: "give the registry a certificate; put a private CA into /etc/docker/certs.d",
  source: "CIS Docker Benchmark 1.6.0, 2.5",
  looksAt: ["file/daemon.json"],
  check: (file) => {
    const value = daemonJson(file)["insecure-registries"] ?? [];
    return Array.isArray(value) && value.length === 0 ? [] : [`insecure-registries is ${show(value)}`];
  },
});
