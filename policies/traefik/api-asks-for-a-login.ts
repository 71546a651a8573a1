import type { Resource, StackDocument } from "../document.ts";
import { type Evidence, weighing } from "../evidence.ts";
import { isOff } from "../facts/environment.ts";
import { imageVersion } from "../facts/image-versions.ts";
import { internalPort, isOpen, publishedPorts } from "../facts/ports.ts";
import { whereBad } from "../facts/program-settings.ts";
import { isProduct, RUNS } from "../facts/services.ts";
import { traefikSetting } from "../facts/traefik.ts";
import { definePolicy } from "../policy.ts";

export const apiAsksForALogin = definePolicy({
  id: "TRF-001",
  severity: "critical",
  title: "the API of Traefik is not open to everybody",
  why: "The insecure API answers on a port of its own without a login. It shows every route, every host behind the proxy, and the names of middlewares and certificates, which is a map for an intruder.",
  avoid: 'image: traefik:v3.3\ncommand: --api.insecure=true\nports: ["8080:8080"]',
  prefer: 'image: traefik:v3.3\ncommand: --api.dashboard=true\nports: ["443:443"]',
  allowed: "api.insecure unset or false; in version 1 neither api nor web",
  fix: "remove api.insecure, and give the dashboard a router to api@internal with a middleware that asks for a login",
  source: "Traefik documentation, API and dashboard, insecure",
  looksAt: RUNS,
  where: isProduct("traefik"),
  check: (resource, stack) => {
    const found = [
      ...whereBad(traefikSetting(resource, stack, "api.insecure"), isOn, "opens the API to everybody"),
      ...ofFirst(resource, stack),
    ];
    return isReached(resource, stack) ? found : weighing("medium", found);
  },
});

const isOn = (value: string) => !isOff(value);

/** Version 1 has no other API than the open one. */
function ofFirst(resource: Resource, stack: StackDocument): readonly Evidence[] {
  const version = imageVersion(resource, stack);
  if ("unknown" in version || version.major > 1) return [];
  return whereBad(traefikSetting(resource, stack, "api", "web"), isOn, "opens the API to everybody");
}

/** Whether other machines reach the port on which the API answers. */
function isReached(resource: Resource, stack: StackDocument): boolean {
  if (resource.block.network_mode === "host") return true;
  const address = traefikSetting(resource, stack, "entrypoints.traefik.address")?.value ?? ":8080";
  const port = Number(/:(\d+)/.exec(address)?.[1]);
  return publishedPorts(resource).some((published) => isOpen(published) && internalPort(published) === port);
}
