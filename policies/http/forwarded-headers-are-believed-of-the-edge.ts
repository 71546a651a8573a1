import type { Resource, StackDocument } from "../document.ts";
import { unknown } from "../evidence.ts";
import { commandOf, optionOf, variableOf } from "../facts/environment.ts";
import { memberOfKind, networksOf } from "../facts/networks.ts";
import { kindOf, RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { show } from "../values.ts";

const TRUSTED = ["FORWARDED_ALLOW_IPS", "TRUSTED_PROXIES"];
const EVERYBODY = /(^|[\s,])(\*|0\.0\.0\.0\/0|::\/0)([\s,]|$)/;

export const forwardedHeadersAreBelievedOfTheEdge = definePolicy({
  id: "HTP-007",
  severity: "high",
  title: "backends believe X-Forwarded-For of the edge alone, and pages trust no other proxy",
  why: "Believed of everybody, `X-Forwarded-For` lets a client choose its address, and so its rate limit. Believed of nobody, all clients behind the edge share one.",
  avoid: `image: exploreiot/backend:1.0
environment: {FORWARDED_ALLOW_IPS: "*"}`,
  prefer: `image: exploreiot/backend:1.0
environment: {FORWARDED_ALLOW_IPS: 172.28.0.2}`,
  allowed:
    "FORWARDED_ALLOW_IPS, TRUSTED_PROXIES or --forwarded-allow-ips with the edge's addresses, and behind an edge one of them; never *",
  fix: "set it to the address or the subnet of the edge",
  source: "uvicorn documentation, settings, HTTP",
  looksAt: RUNS,
  where: (resource, stack) => kindOf(resource, stack) === "backend" || isPageWithProxies(resource, stack),
  check: (resource, stack) => {
    const words = commandOf(resource);
    const option = optionOf(words, "--forwarded-allow-ips");
    const given = [
      ...(option === undefined ? [] : [{ name: "--forwarded-allow-ips", value: option }]),
      ...TRUSTED.flatMap((name) => variableOf(resource, name) ?? []),
    ];
    if (words.includes("--no-proxy-headers") && isBehindEdge(resource, stack))
      return ["the command says --no-proxy-headers, and the edge is in front"];
    if (given.every(({ value }) => value === ""))
      return isBehindEdge(resource, stack) && kindOf(resource, stack) === "backend"
        ? ["nothing says that the edge is believed"]
        : [];
    return given
      .filter(({ value }) => value === undefined || EVERYBODY.test(value))
      .map(({ name, value }) =>
        value === undefined ? unknown(`${name} is known only at apply`) : `${name} is ${show(value)}`,
      );
  },
});

/** A page's server that says whom it trusts, with the connections of many clients for example. */
const isPageWithProxies = (resource: Resource, stack: StackDocument) =>
  kindOf(resource, stack) === "frontend" && TRUSTED.some((name) => variableOf(resource, name) !== undefined);

const isBehindEdge = (resource: Resource, stack: StackDocument) =>
  networksOf(resource, stack).some(
    ({ network }) => network !== undefined && memberOfKind(network, "edge", stack) !== undefined,
  );
