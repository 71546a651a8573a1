import { registriesAreAuthenticated } from "../../../policies/host/registries-are-authenticated.ts";
import { daemonJson, UNREADABLE } from "../engine-settings.ts";
import { judges } from "../judging.ts";

judges(registriesAreAuthenticated, "DMN-010", {
  rejects: [
    {
      name: "one",
      given: daemonJson({ "insecure-registries": ["10.0.0.1:5000"] }),
      evidence: ['insecure-registries is ["10.0.0.1:5000"]'],
    },
    ...UNREADABLE,
  ],
  accepts: [
    { name: "none", given: daemonJson({}) },
    { name: "an empty list", given: daemonJson({ "insecure-registries": [] }) },
  ],
});
