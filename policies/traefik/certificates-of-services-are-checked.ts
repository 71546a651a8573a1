import { isOff } from "../facts/environment.ts";
import { whereBad } from "../facts/program-settings.ts";
import { isProduct, RUNS } from "../facts/services.ts";
import { traefikSettings } from "../facts/traefik.ts";
import { definePolicy } from "../policy.ts";

export const certificatesOfServicesAreChecked = definePolicy({
  id: "TRF-004",
  severity: "medium",
  title: "Traefik checks the certificates of the services behind it",
  why: "With the check off, anybody on the way between the proxy and a service can answer in its place, although the connection looks encrypted.",
  avoid: "image: traefik:v3.3\ncommand: --serversTransport.insecureSkipVerify=true",
  prefer: "image: traefik:v3.3\ncommand: --serversTransport.rootCAs=/run/secrets/ca.pem",
  allowed: "insecureSkipVerify unset or false",
  fix: "name the authority of the service in serversTransport.rootCAs",
  source: "Traefik documentation, serversTransport",
  looksAt: RUNS,
  where: isProduct("traefik"),
  check: (resource, stack) =>
    traefikSettings(resource, stack)
      .filter(({ name }) => /(^|\.)insecureskipverify$/.test(name))
      .flatMap((setting) => whereBad(setting, (value) => !isOff(value), "turns the check off")),
});
