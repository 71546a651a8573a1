import { clearTextPorts } from "../facts/clear-text.ts";
import { describe, publishesPorts } from "../facts/ports.ts";
import { kindOf, RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";

/**
 * Passwords of devices and API keys go over such a port as they are.
 */
export const productionPublishesNoClearText = definePolicy({
  id: "TLS-002",
  severity: "critical",
  title: "production publishes nothing in clear text beyond loopback",
  allowed: "1883, 3000 and 8000 on 127.0.0.1, or not published; 443 and 8883 with TLS",
  fix: "publish it on 127.0.0.1 behind a proxy with TLS, or not at all; for a closed network, waive this rule with the reason",
  words: {
    site: {
      fix: "turn off the listeners frontend, backend and mqtt; for a closed network, waive this rule with the reason",
    },
  },
  source: "OWASP Transport Layer Security Cheat Sheet",
  enforcedIn: ["production"],
  looksAt: RUNS,
  where: publishesPorts,
  check: (resource, stack) =>
    clearTextPorts(resource, stack).map(
      (port) =>
        `${describe(port)} of ${kindOf(resource, stack) ?? "a service of unknown kind"} is in clear text`,
    ),
});
