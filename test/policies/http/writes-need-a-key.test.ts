import { writesNeedAKey } from "../../../policies/http/writes-need-a-key.ts";
import { backend, frontend, local } from "../images.ts";
import { judges } from "../judging.ts";

const given = (...env: readonly string[]) => ({ ...backend, env });

judges(writesNeedAKey, "HTP-011", {
  rejects: [
    {
      name: "writing for everybody",
      given: given("API_KEY_FILE=/k", "OPEN_WRITES=true"),
      evidence: ["OPEN_WRITES is on"],
    },
    { name: "an empty key", given: given("API_KEY="), evidence: ["API_KEY is empty"] },
    { name: "no key", given: given("OPEN_WRITES=false"), evidence: ["no variable names a key"] },
    {
      name: "a switch known only at apply",
      given: given("JWT_ISSUER=https://a.example.org", "AUTH_DISABLED=${var.open}"),
      evidence: ["AUTH_DISABLED is on"],
    },
  ],
  accepts: [
    { name: "a key in a file", given: given("API_KEY_FILE=/run/key", "OPEN_WRITES=false") },
    { name: "a key that a wrapper exports", given: given("SECRET_VARIABLES=DATABASE_PASSWORD API_KEY") },
    { name: "a local stack, where it is relaxed", given: { ...given("OPEN_WRITES=true"), ...local } },
    { name: "what is no backend", given: frontend, examined: 0 },
  ],
});
