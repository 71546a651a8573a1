import { isApi } from "../facts/apis.ts";
import { isOn, variablesOf } from "../facts/environment.ts";
import { RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";

/** Variables by which applications are told how callers prove who they are. */
const PROOF = /(^|_)(API_?KEYS?|AUTH|JWT|OIDC|OAUTH2?|TOKEN|SESSION|SECRET_KEY|HTPASSWD)(_|$)/;
const OPEN = /^(OPEN_WRITES|AUTH_DISABLED|DISABLE_AUTH|ALLOW_ANONYMOUS|NO_AUTH)$/;

export const writesNeedAKey = definePolicy({
  id: "HTP-011",
  severity: "high",
  title: "in production the API asks who writes",
  why: "Without a key everybody who reaches the API writes readings that nobody can tell from real ones.",
  avoid: `image: exploreiot/backend:1.0
environment: {OPEN_WRITES: "true"}`,
  prefer: `image: exploreiot/backend:1.0
environment: {API_KEY_FILE: /run/secrets/api_key}`,
  allowed: "API_KEY_FILE or another variable that names a key, and no switch such as OPEN_WRITES true",
  fix: "set http.openWrites to false, and give the backend a key as a secret",
  source: "OWASP API Security Top 10 2023, API2",
  enforcedIn: ["production"],
  looksAt: RUNS,
  where: isApi,
  check: (resource) => {
    const all = variablesOf(resource);
    const proofs = all.filter(({ name }) => PROOF.test(name) && !OPEN.test(name));
    const named = all
      .filter(({ name }) => name === "SECRET_VARIABLES")
      .flatMap(({ value = "" }) => value.split(" "));
    return [
      ...all
        .filter(({ name, value }) => OPEN.test(name) && isOn(value ?? "true"))
        .map(({ name }) => `${name} is on`),
      ...proofs.filter(({ value }) => value === "").map(({ name }) => `${name} is empty`),
      ...(proofs.length === 0 && !named.some((name) => PROOF.test(name)) ? ["no variable names a key"] : []),
    ];
  },
});
