import type { Resource } from "../document.ts";
import { graded } from "../evidence.ts";
import { clearTextPorts } from "../facts/clear-text.ts";
import { listenerAt } from "../facts/listeners.ts";
import { describe, internalPort, isOpen, publishedPorts, publishesPorts } from "../facts/ports.ts";
import { kindOf, RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";

/** Port 80 next to 443 is there to lead to it. */
const leadsToTls = (resource: Resource): boolean =>
  publishedPorts(resource).some((port) => isOpen(port) && [443, 8443].includes(internalPort(port)));

export const productionPublishesNoClearText = definePolicy({
  id: "TLS-002",
  severity: "critical",
  title: "production publishes nothing in clear text beyond loopback",
  why: "Passwords of devices and API keys go over such a port as they are.",
  avoid: `image: eclipse-mosquitto:2.0
ports: ["0.0.0.0:1883:1883"]`,
  prefer: `image: eclipse-mosquitto:2.0
ports: ["127.0.0.1:1883:1883"]`,
  allowed: "1883, 3000 and 8000 on 127.0.0.1, or not published; 443 and 8883 with TLS",
  fix: "publish it on 127.0.0.1 behind a proxy with TLS, or not at all; for a closed network, waive this rule with the reason",
  words: {
    site: {
      fix: "turn off the listeners frontend, backend and mqtt; of a service of your own, set listener.tls, bind it to loopback, or say why not in allow.clearText; for a closed network, waive this rule with the reason",
    },
  },
  source: "OWASP Transport Layer Security Cheat Sheet",
  enforcedIn: ["production"],
  looksAt: RUNS,
  where: publishesPorts,
  check: (resource, stack) =>
    clearTextPorts(resource, stack).map((port) => {
      const kind = kindOf(resource, stack);
      const evidence = `${describe(port)} of ${kind ?? "a service of unknown kind"} is in clear text`;
      // A listener of the kit says by itself that it has no TLS; of others only the number of the port is seen.
      if (kind === undefined && listenerAt(port, resource, stack) === undefined)
        return graded("low", `${describe(port)} is one on which services mostly speak in clear text`);
      return kind === "edge" ? graded(leadsToTls(resource) ? "low" : "medium", evidence) : evidence;
    }),
});
