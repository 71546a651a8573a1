import { registriesAreAuthenticated } from "../../../policies/host/registries-are-authenticated.ts";
import { judges } from "../judging.ts";

const config = (settings: object) => ({ text: JSON.stringify(settings) });

judges(registriesAreAuthenticated, "DMN-010", {
  rejects: [
    {
      name: "one",
      given: config({ "insecure-registries": ["10.0.0.1:5000"] }),
      evidence: ['insecure-registries is ["10.0.0.1:5000"]'],
    },
    {
      name: "a file that is not JSON",
      given: { text: "[]" },
      evidence: ["cannot be judged: the file is not a JSON object"],
    },
    {
      name: "a file that is not known here",
      given: {},
      evidence: ["cannot be judged: its text is not known here"],
    },
  ],
  accepts: [
    { name: "none", given: config({}) },
    { name: "an empty list", given: config({ "insecure-registries": [] }) },
  ],
});
