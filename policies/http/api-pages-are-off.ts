import { unknown } from "../evidence.ts";
import { isOff, isOn, variablesOf } from "../facts/environment.ts";
import { kindOf, RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";

const PAGES =
  /^(\w+_)?(DOCS|OPENAPI|SWAGGER|REDOC)(_ENABLED|_URL)?$|^(ENABLE|EXPOSE|SHOW)_(DOCS|OPENAPI|SWAGGER)$/;

const IN_THE_CODE = {
  notEnforceable:
    "whether the application serves /docs and /openapi.json stands in its code: curl -I shows it",
};

export const apiPagesAreOff = definePolicy({
  id: "HTP-009",
  severity: "medium",
  title: "pages that explain the API are off in production",
  why: "They list every route with its parameters, also those that no page of the application uses.",
  avoid: `image: exploreiot/backend:1.0
environment: {DOCS_ENABLED: "true"}`,
  prefer: `image: exploreiot/backend:1.0
environment: {DOCS_ENABLED: "false"}`,
  allowed: "variables such as DOCS_ENABLED false, or DOCS_URL empty",
  fix: "turn them off",
  source: "FastAPI documentation, conditional OpenAPI",
  enforcedIn: ["production"],
  looksAt: RUNS,
  where: (resource, stack) => kindOf(resource, stack) === "backend",
  check: (resource) => {
    const pages = variablesOf(resource).filter(({ name }) => PAGES.test(name));
    if (pages.length === 0) return [IN_THE_CODE];
    return pages
      .filter(({ value }) => value === undefined || !(value === "" || isOff(value)))
      .map(({ name, value }) =>
        value === undefined
          ? unknown(`${name} is known only at apply`)
          : `${name} is ${isOn(value) ? "on" : JSON.stringify(value)}`,
      );
  },
});
