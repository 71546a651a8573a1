import { definePolicy } from "../policy.ts";
import { isUnsetOrFalse, must } from "../values.ts";

export const registriesAreVerified = definePolicy({
  id: "IMG-008",
  severity: "high",
  title: "the certificate of a registry is verified",
  why: "Anyone who stands between answers with a digest of his choice, and the pin then protects his image.",
  avoid: `{"data": {"docker_registry_image": {"web": {
  "name": "registry.example.org/web:1.0", "insecure_skip_verify": true
}}}}`,
  prefer: `{"data": {"docker_registry_image": {"web": {
  "name": "registry.example.org/web:1.0"
}}}}`,
  allowed: "insecure_skip_verify unset or false",
  fix: "remove insecure_skip_verify; give the engine the registry's CA",
  source: "CIS Docker Benchmark 1.6.0, 2.5",
  looksAt: ["docker_registry_image", "data.docker_registry_image"],
  check: ({ block }) => must(block, "insecure_skip_verify", isUnsetOrFalse),
});
