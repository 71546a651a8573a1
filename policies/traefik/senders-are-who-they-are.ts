import { isOff } from "../facts/environment.ts";
import { whereBad } from "../facts/program-settings.ts";
import { isProduct, RUNS } from "../facts/services.ts";
import { traefikSettings } from "../facts/traefik.ts";
import { definePolicy } from "../policy.ts";

export const sendersAreWhoTheyAre = definePolicy({
  id: "TRF-005",
  severity: "medium",
  title: "Traefik believes no client that says who it is",
  why: "A client that is believed in X-Forwarded-For or in the PROXY protocol chooses its own address. Limits for each address, lists of allowed addresses and logs are then worth nothing.",
  avoid: "image: traefik:v3.3\ncommand: --entryPoints.web.forwardedHeaders.insecure",
  prefer: "image: traefik:v3.3\ncommand: --entryPoints.web.forwardedHeaders.trustedIPs=192.0.2.0/24",
  allowed: "forwardedHeaders.insecure and proxyProtocol.insecure unset or false at every entry point",
  fix: "list the proxies in front of Traefik in trustedIPs",
  source: "Traefik documentation, entry points, forwarded headers and PROXY protocol",
  looksAt: RUNS,
  where: isProduct("traefik"),
  check: (resource, stack) =>
    traefikSettings(resource, stack)
      .filter(({ name }) => /^entrypoints\..*\.(forwardedheaders|proxyprotocol)\.insecure$/.test(name))
      .flatMap((setting) => whereBad(setting, (value) => !isOff(value), "believes every client")),
});
