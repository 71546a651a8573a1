import type { Problem } from "./problems.ts";
import { MIGRATE, referencesIn, referents, resolveReference, roleReferents } from "./references.ts";
import type { ParsedDeployment, Role } from "./schema.ts";

type Known = ReturnType<typeof referents>;

/** Holds that `{…}` in the environment and the secrets of applications leads somewhere, and no secret into an environment. */
export function referencesExist(deployment: ParsedDeployment): readonly Problem[] {
  const whole = {
    ...deployment,
    name: deployment.name ?? "",
    environment: deployment.environment ?? "local",
  };
  return placesOf(deployment).flatMap(({ path, environment, secrets, role }) => {
    const known = referents(whole, role);
    return [...environmentReferences(path, environment, known), ...secretReferences(path, secrets, known)];
  });
}

interface Place extends Pick<Role, "environment" | "secrets"> {
  readonly path: string;

  /** Whose logins are known there. @default - nobody's */
  readonly role?: string;
}

/** Where references stand. What the programs of the backend share is filled in for each, so for any of them here. */
function placesOf({ backend, frontend }: ParsedDeployment): readonly Place[] {
  const { roles = [], migrate } = backend;
  const ofBackend: readonly Place[] = [
    { ...backend, path: "backend", role: MIGRATE },
    ...roles.map((role, index) => ({ ...role, path: `backend.roles.${index}`, role: role.name })),
    ...(migrate === undefined ? [] : [{ ...migrate, path: "backend.migrate", role: MIGRATE }]),
  ];
  return [
    ...(backend.enabled ? ofBackend : []),
    ...(frontend.enabled ? [{ ...frontend, path: "frontend" }] : []),
  ];
}

function environmentReferences(
  place: string,
  environment: ParsedDeployment["frontend"]["environment"],
  known: Known,
): readonly Problem[] {
  const all = new Map([...known, ...roleReferents({ name: "", group: "" })]);
  return Object.entries(environment).flatMap(([key, template]) =>
    referencesIn(template).flatMap((name) => {
      const at = { path: `${place}.environment.${key}`, got: `{${name}}` };
      const referent = resolveReference(name, all);
      if (referent === undefined)
        return [{ ...at, allowed: [...all.keys()].join(", "), fix: "change the reference" }];
      if ("text" in referent) return [];
      const allowed = "no secret: environments can be read from outside";
      return [{ ...at, allowed, fix: `move ${key} to ${place}.secrets` }];
    }),
  );
}

function secretReferences(
  place: string,
  secrets: ParsedDeployment["frontend"]["secrets"],
  known: Known,
): readonly Problem[] {
  const allowed = `${[...known.keys()].join(", ")}, secret.NAME`;
  return Object.entries(secrets).flatMap(([key, { value }]) =>
    referencesIn(value)
      .filter((name) => resolveReference(name, known) === undefined)
      .map((name) => ({
        path: `${place}.secrets.${key}.value`,
        got: `{${name}}`,
        allowed,
        fix: "change the reference",
      })),
  );
}
