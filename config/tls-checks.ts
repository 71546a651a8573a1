import { isIP } from "node:net";
import { completeListeners, servesTls } from "./listeners.ts";
import type { Problem } from "./problems.ts";
import { hosts } from "./references.ts";
import type { ParsedDeployment } from "./schema.ts";

type Serving = Pick<ParsedDeployment, "environment" | "listeners" | "tls" | "hosts">;

/** TLS-ALPN-01 is answered on the https listener, and proves domain names only. */
export function acmeCanProve(deployment: Serving): readonly Problem[] {
  if (deployment.tls.certificate.source !== "acme" || !servesTls(deployment)) return [];
  const names = hosts(deployment)
    .filter((host) => isIP(host) !== 0 || !host.includes("."))
    .map((host) => ({
      path: "hosts",
      got: host,
      allowed: "domain names only with tls.certificate.source acme: a CA proves no address and no local name",
      fix: "remove it, or set tls.certificate.source to internal or files",
    }));
  if (completeListeners(deployment).https.enabled) return names;
  const shut: Problem = {
    path: "listeners.https.enabled",
    got: false,
    allowed: "true with tls.certificate.source acme: the CA connects there (port 443 from outside)",
    fix: "open the listener, or set tls.certificate.source to internal or files",
  };
  return [...names, shut];
}
