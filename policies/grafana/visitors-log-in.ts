import type { Resource, StackDocument } from "../document.ts";
import { type Evidence, graded, unknown } from "../evidence.ts";
import { isOff } from "../facts/environment.ts";
import { exposureOf } from "../facts/exposure.ts";
import { grafanaSetting } from "../facts/grafana.ts";
import { isProduct, RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";

export const visitorsLogIn = definePolicy({
  id: "GRF-001",
  severity: "critical",
  title: "visitors of Grafana log in",
  why: "An anonymous visitor sees all dashboards of the organization and can send any query to its data sources. With the role of an editor or an administrator the visitor changes them too, and reads their credentials.",
  avoid:
    'image: grafana/grafana:11.6.0\nenvironment: {GF_AUTH_ANONYMOUS_ENABLED: "true", GF_AUTH_ANONYMOUS_ORG_ROLE: Admin}\nports: ["3000:3000"]',
  prefer: 'image: grafana/grafana:11.6.0\nports: ["127.0.0.1:3000:3000"]',
  allowed: "GF_AUTH_ANONYMOUS_ENABLED unset or false",
  fix: "remove GF_AUTH_ANONYMOUS_ENABLED; share a single dashboard publicly where others have to see one",
  source: "Grafana documentation, anonymous authentication",
  looksAt: RUNS,
  where: isProduct("grafana"),
  check: (resource, stack) => {
    const enabled = grafanaSetting("auth.anonymous", "enabled", resource, stack);
    if (enabled === undefined) return [];
    if (enabled.value === undefined) return [unknown(`${enabled.place} is known only at apply`)];
    return isOff(enabled.value) ? [] : [whatVisitorsMay(enabled.place, resource, stack)];
  },
});

/** A page on which anybody may look is now and then what its owner wants; one that anybody may change is not. */
function whatVisitorsMay(place: string, resource: Resource, stack: StackDocument): Evidence {
  const role = grafanaSetting("auth.anonymous", "org_role", resource, stack)?.value ?? "Viewer";
  const text = `${place} lets visitors in as ${role}`;
  const isOutside = exposureOf(resource) === "outside";
  if (/^viewer$/i.test(role)) return graded(isOutside ? "medium" : "low", text);
  return isOutside ? text : graded("medium", text);
}
