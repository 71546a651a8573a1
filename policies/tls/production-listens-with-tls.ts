import type { Resource, StackDocument } from "../document.ts";
import { isOfTheKit } from "../facts/kit.ts";
import { listenerAt } from "../facts/listeners.ts";
import { internalPort, isOpen, publishedPorts } from "../facts/ports.ts";
import { type Kind, kindOf, RUNS } from "../facts/services.ts";
import { definePolicy, type Evidence } from "../policy.ts";

export const productionListensWithTls = definePolicy({
  id: "TLS-001",
  severity: "critical",
  title: "production listens with TLS: 443 for people, 8883 for devices",
  why: "A server that nobody reaches over TLS is reached without, or through a tunnel that outlives its purpose. Ports on the host are free to choose, so the port inside tells: 443 of the edge, 8883 of Mosquitto. A stack that publishes nothing and has no edge stands behind another machine's TLS.",
  avoid: `image: haproxy:3.0
labels: {exploreiot.role: edge}
ports: ["0.0.0.0:80:80"]`,
  prefer: `image: haproxy:3.0
labels: {exploreiot.role: edge}
ports: ["0.0.0.0:443:443"]`,
  allowed: "the edge publishes 443 or 8443, and Mosquitto 8883; or other services publish TLS alone",
  fix: "turn on the listeners https and mqtts of the configuration",
  source: "docs/architecture.md, listeners",
  enforcedIn: ["production"],
  looksAt: ["stack"],
  where: (_, stack) =>
    isOfTheKit(stack) &&
    (servicesOf(stack, "edge").length > 0 || servicesOf(stack, "mosquitto").some(publishesAny)),
  check: (_, stack) => [
    ...missing(stack, "edge", [443, 8443]),
    // Without a broker that is reached from outside there are no devices to listen to.
    ...(servicesOf(stack, "edge").length > 0 || servicesOf(stack, "mosquitto").some(publishesAny)
      ? missing(stack, "mosquitto", [8883])
      : []),
  ],
});

const publishesAny = (resource: Resource) => publishedPorts(resource).some(isOpen);

const servicesOf = (stack: StackDocument, kind: Kind): readonly Resource[] =>
  stack.of(RUNS).filter((resource) => kindOf(resource, stack) === kind);

function missing(stack: StackDocument, kind: Kind, ports: readonly number[]): readonly Evidence[] {
  const services = servicesOf(stack, kind);
  const isReached = services.some((resource) =>
    publishedPorts(resource).some(
      (port) => listenerAt(port, resource, stack)?.tls ?? ports.includes(internalPort(port)),
    ),
  );
  if (services.length === 0 || isReached) return [];
  return [`${services.map(({ path }) => path).join(", ")} publishes none of ${ports.join(", ")}`];
}
