import type { Problem } from "./problems.ts";
import { referencesIn, referents, resolveReference, roleReferents } from "./references.ts";
import type { ParsedDeployment } from "./schema.ts";

type Known = ReturnType<typeof referents>;

/** Holds that `{…}` in the environment and the secrets of applications leads somewhere, and no secret into an environment. */
export function referencesExist(deployment: ParsedDeployment): readonly Problem[] {
  const known = referents({
    ...deployment,
    name: deployment.name ?? "",
    environment: deployment.environment ?? "local",
  });
  return (["backend", "frontend"] as const)
    .filter((service) => deployment[service].enabled)
    .flatMap((service) => {
      const { environment, secrets } = deployment[service];
      return [
        ...environmentReferences(service, environment, known),
        ...secretReferences(service, secrets, known),
      ];
    });
}

function environmentReferences(
  service: string,
  environment: ParsedDeployment["frontend"]["environment"],
  known: Known,
): readonly Problem[] {
  const all = new Map([...known, ...roleReferents({ name: "", group: "" })]);
  return Object.entries(environment).flatMap(([key, template]) =>
    referencesIn(template).flatMap((name) => {
      const at = { path: `${service}.environment.${key}`, got: `{${name}}` };
      const referent = resolveReference(name, all);
      if (referent === undefined)
        return [{ ...at, allowed: [...all.keys()].join(", "), fix: "change the reference" }];
      if ("text" in referent) return [];
      const allowed = "no secret: environments can be read from outside";
      return [{ ...at, allowed, fix: `move ${key} to ${service}.secrets` }];
    }),
  );
}

function secretReferences(
  service: string,
  secrets: ParsedDeployment["frontend"]["secrets"],
  known: Known,
): readonly Problem[] {
  const allowed = `${[...known.keys()].join(", ")}, secret.NAME`;
  return Object.entries(secrets).flatMap(([key, { value }]) =>
    referencesIn(value)
      .filter((name) => resolveReference(name, known) === undefined)
      .map((name) => ({
        path: `${service}.secrets.${key}.value`,
        got: `{${name}}`,
        allowed,
        fix: "change the reference",
      })),
  );
}
