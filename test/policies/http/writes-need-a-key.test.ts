import { writesNeedAKey } from "../../../policies/http/writes-need-a-key.ts";
import { backend, frontend, local, published } from "../images.ts";
import { judges } from "../judging.ts";

const on = (...names: readonly string[]) => ({
  networks_advanced: names.map((name) => ({ name: `\${docker_network.${name}.id}` })),
});
const NETWORKS = { edge: { name: "edge" }, data: { name: "data" } };
/** An API with a key that a frontend asks, and the networks. */
const STACK = {
  docker_network: NETWORKS,
  docker_container: {
    Api: { ...backend, ...on("edge", "data"), env: ["API_KEY_FILE=/k"] },
    Page: { ...frontend, ...on("edge") },
  },
};

const given = (...env: readonly string[]) => ({ ...backend, env });

judges(writesNeedAKey, "HTP-011", {
  rejects: [
    {
      name: "writing for everybody",
      given: given("API_KEY_FILE=/k", "OPEN_WRITES=true"),
      evidence: ["OPEN_WRITES is on"],
    },
    { name: "an empty key", given: given("API_KEY="), evidence: ["API_KEY is empty"] },
    {
      name: "no key where the page is",
      given: { ...given(), ...on("edge") },
      evidence: ["no variable names a key"],
      around: STACK,
    },
    {
      name: "no key at a port of its own",
      given: { ...given(), ...on("data"), ...published(8000) },
      evidence: ["no variable names a key"],
      around: STACK,
    },
    {
      name: "no key of the only backend",
      given: { ...given(), ...on("data") },
      evidence: ["no variable names a key"],
      around: { docker_network: NETWORKS },
    },
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
    {
      name: "a worker behind the API, which nobody asks",
      given: { ...given(), ...on("data") },
      around: STACK,
    },
    { name: "what is no backend", given: frontend, examined: 0 },
  ],
});
