import { expect, test } from "vitest";
import { apiPagesAreOff } from "../../../policies/http/api-pages-are-off.ts";
import { backend, frontend, local } from "../images.ts";
import { judges } from "../judging.ts";
import { said } from "../reporting.ts";

const given = (...env: readonly string[]) => ({ ...backend, env });

judges(apiPagesAreOff, "HTP-009", {
  rejects: [
    {
      name: "pages that are on",
      given: given("DOCS_ENABLED=true", "OPENAPI_URL=/openapi.json", "ENABLE_SWAGGER=${var.docs}"),
      evidence: [
        "DOCS_ENABLED is on",
        'OPENAPI_URL is "/openapi.json"',
        "ENABLE_SWAGGER is known only at apply",
      ],
    },
  ],
  accepts: [
    { name: "pages that are off", given: given("DOCS_ENABLED=false", "OPENAPI_URL=") },
    { name: "a local stack, where it is relaxed", given: { ...given("DOCS_ENABLED=true"), ...local } },
    { name: "what is no backend", given: frontend, examined: 0 },
  ],
});

test("HTP-009 says that the code may serve them", () => {
  expect(said(apiPagesAreOff, { docker_container: { Api: backend } })).toEqual({
    examined: 1,
    findings: [],
    notEnforceable: [
      "whether the application serves /docs and /openapi.json stands in its code: curl -I shows it",
    ],
  });
});
