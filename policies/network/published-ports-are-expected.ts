import type { Environment, Resource, StackDocument } from "../document.ts";
import { variableOf } from "../facts/environment.ts";
import { isOfTheKit } from "../facts/kit.ts";
import { listenerAt, listenersOf } from "../facts/listeners.ts";
import {
  describe,
  externalPort,
  internalPort,
  isOpen,
  type PublishedPort,
  publishedPorts,
  publishesPorts,
} from "../facts/ports.ts";
import { type Kind, kindOf, RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";

/** Where no listeners are declared: ports inside, which the kind of a service decides, since that on the host is free to choose. */
const INSIDE: Readonly<Partial<Record<Kind, readonly number[]>>> = {
  edge: [443, 8443],
  mosquitto: [1883, 8883],
};

/** Applications choose their port inside; where the stack tells them one, it is this one. */
const OWN_PORT: Readonly<Partial<Record<Kind, readonly string[]>>> = {
  backend: ["LISTEN_PORT", "PORT"],
  frontend: ["PORT"],
};

/** Nothing tells what an unknown service serves, so beyond loopback its port has to be one that people expect. */
const OUTSIDE: Readonly<Record<Environment, readonly number[]>> = {
  local: [3000, 8000, 1883, 443, 8883],
  production: [443, 8883],
};

export const publishedPortsAreExpected = definePolicy({
  id: "NET-001",
  severity: "critical",
  title: "only the ports of the listeners are published",
  why: "A port nobody expects is one that no firewall and no operator watches. The kit's own containers publish the listeners of the deployment, which its facts name, and nothing else. Of a stack that was rendered, or made by a program of the user's own, only ports are seen, so what may be published depends on what the service is and on its port inside. Whether clear text may be open in production is TLS-002.",
  avoid: `labels: {exploreiot.role: console}
ports: ["0.0.0.0:9000:9000"]`,
  prefer: `image: exploreiot/edge:1.0
labels: {exploreiot.role: edge}
ports: ["0.0.0.0:443:443"]`,
  allowed:
    "the ports of the deployment's open listeners; where none are declared 443 or 8443 of the TLS edge, 1883 and 8883 of Mosquitto, the one port of frontend and backend; for other services loopback, and the host ports 3000, 8000, 1883, 443 and 8883, in production 443 and 8883",
  fix: "publish through a listener of the configuration; reach the service over a network of the stack",
  source: "CIS Docker Benchmark 1.6.0, 5.9",
  looksAt: RUNS,
  where: (resource, stack) => isOfTheKit(stack) && publishesPorts(resource),
  check: (resource, stack) => {
    const kind = kindOf(resource, stack);
    return publishedPorts(resource)
      .filter((port) => !isExpected(port, resource, stack, kind))
      .map((port) => `${describe(port)} of ${kind ?? "a service of unknown kind"}`);
  },
});

function isExpected(port: PublishedPort, resource: Resource, stack: StackDocument, kind: Kind | undefined) {
  if (listenersOf(resource, stack) !== undefined) return listenerAt(port, resource, stack) !== undefined;
  const inside = kind && INSIDE[kind];
  if (inside !== undefined) return inside.includes(internalPort(port));
  const ownPort = kind && OWN_PORT[kind];
  if (ownPort !== undefined) {
    const said = ownPort.map((name) => variableOf(resource, name)).find((variable) => variable !== undefined);
    return said === undefined ? internalPort(port) > 0 : internalPort(port) === Number(said.value);
  }
  return kind === undefined && (!isOpen(port) || OUTSIDE[stack.environment].includes(externalPort(port)));
}
