import type { Problem } from "../core/problems.ts";
import type { ParsedDeployment } from "../services/deployment.ts";
import { isOn } from "../services/listeners.ts";
import type { OwnService } from "../services/own/settings.ts";
import { definitions, type ServiceName, serviceNames } from "../services/registry.ts";

export const eachOf = (
  services: ParsedDeployment["services"],
  check: (service: OwnService, at: string, name: string) => readonly Problem[],
): readonly Problem[] =>
  Object.entries(services).flatMap(([name, service]) => check(service, `services.${name}`, name));

export const ownServicesAreWhole = ({ services }: ParsedDeployment): readonly Problem[] =>
  eachOf(services, (service, at) => [
    ...imageIsNamed(service, at),
    ...isProbed(service, at),
    ...isConnected(service, at),
    ...allowancesAreUsed(service, at),
  ]);

function imageIsNamed({ image, build }: OwnService, at: string): readonly Problem[] {
  if (image !== undefined || build !== undefined) return [];
  return [{ path: `${at}.image`, got: undefined, allowed: "image or build", fix: "name one of them" }];
}

function isProbed(service: OwnService, at: string): readonly Problem[] {
  const { job, health, port, listener, routes } = service;
  if (job) {
    const serving = { health, port, listener, routes: routes.length === 0 ? undefined : routes };
    return Object.entries(serving)
      .filter(([, value]) => value !== undefined)
      .map(([key, got]) => ({
        path: `${at}.${key}`,
        got,
        allowed: "nothing, since a job ends",
        fix: "remove it, or remove job",
      }));
  }
  const found: Problem[] = [];
  const asks = [health?.path, health?.command, health?.process].some((way) => way !== undefined);
  if (!asks) {
    const allowed = "one of path, command and process, by which the kit knows that the service works";
    const fix = 'for example health: { path: /healthz }, or health: { process: "node" }';
    found.push({ path: `${at}.health`, got: health, allowed, fix });
  }
  const needs = health?.path !== undefined || listener !== undefined || routes.length > 0;
  if (needs && port === undefined) {
    const allowed =
      "the port inside the container, which its health path, its listener and its routes lead to";
    found.push({ path: `${at}.port`, got: undefined, allowed, fix: "add it, for example port: 8080" });
  }
  return found;
}

function isConnected(service: OwnService, at: string): readonly Problem[] {
  const { networks, listener, routes, mqtt, database, redis } = service;
  const connected =
    networks.length > 0 ||
    routes.length > 0 ||
    [listener, mqtt, database, redis].some((part) => part !== undefined);
  if (connected) return [];
  const allowed = "at least one of edge, broker and data, unless a listener, a route or a login says it";
  return [{ path: `${at}.networks`, got: networks, allowed, fix: "name those that it needs" }];
}

function allowancesAreUsed({ user, allow, image, listener }: OwnService, at: string): readonly Problem[] {
  const root = user === "0:0";
  if (root && allow.root === undefined) {
    const allowed = "a user that is not root, unless allow.root says why";
    const fix = "set the uid:gid that the image is made for, or add allow.root with a reason and a day";
    return [{ path: `${at}.user`, got: user, allowed, fix }];
  }
  const unused = [
    ...(!root && allow.root !== undefined ? ["root"] : []),
    ...((listener === undefined || listener.tls) && allow.clearText !== undefined ? ["clearText"] : []),
    ...(image === undefined || image.includes("@")
      ? (["tag", "origin"] as const).filter((name) => allow[name] !== undefined)
      : []),
  ];
  return unused.map((name) => ({
    path: `${at}.allow.${name}`,
    got: allow[name as keyof typeof allow],
    allowed: "only what the service makes use of",
    fix: "remove it",
  }));
}

/** The services that it logs in to, and those that it waits for. */
export function ownServicesFindTheirStores(deployment: ParsedDeployment): readonly Problem[] {
  const { services } = deployment;
  const known = [...serviceNames, ...Object.keys(services)];
  const isThere = (name: string) =>
    Object.hasOwn(definitions, name)
      ? isOn(deployment, name as ServiceName)
      : services[name]?.enabled === true;
  return eachOf(services, (service, at, name) => {
    if (!service.enabled) return [];
    const { mqtt, database, redis, after } = service;
    const logins = { mosquitto: { mqtt }, postgres: { database }, redis: { redis } };
    const off = Object.entries(logins).flatMap(([store, login]) =>
      Object.entries(login)
        .filter(([, value]) => value !== undefined && !isThere(store))
        .map(([key, got]) => ({
          path: `${at}.${key}`,
          got,
          allowed: `nothing while ${store} is off`,
          fix: `remove it, or turn ${store} on`,
        })),
    );
    const waits = after.flatMap((other, index) => {
      const place = { path: `${at}.after.${index}`, got: other };
      if (other === name || waitsFor(other, name, services))
        return [{ ...place, allowed: "services that do not wait for this one", fix: "remove one of them" }];
      if (isThere(other)) return [];
      const on = known.filter((each) => each !== name && isThere(each));
      return [
        { ...place, allowed: `services that are on: ${on.join(", ")}`, fix: "remove it, or turn it on" },
      ];
    });
    return [...off, ...waits];
  });
}

function waitsFor(
  name: string,
  wanted: string,
  services: ParsedDeployment["services"],
  seen = new Set<string>(),
): boolean {
  if (seen.size === seen.add(name).size) return false;
  const after = services[name]?.after ?? [];
  return after.includes(wanted) || after.some((other) => waitsFor(other, wanted, services, seen));
}
