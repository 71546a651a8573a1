import { frontendsAreApartFromDatabases } from "../../../policies/network/frontends-are-apart-from-databases.ts";
import { backend, edge, frontend, postgres } from "../images.ts";
import { judges, NETWORKS } from "../judging.ts";

const on = (name: string) => ({ networks_advanced: [{ name: `\${docker_network.${name}.id}` }] });
const database = { "//": { metadata: { path: "test/Database" } }, ...postgres, ...on("Data") };
const around = { ...NETWORKS, docker_container: { Database: database, Api: { ...backend, ...on("Edge") } } };

judges(frontendsAreApartFromDatabases, "NET-010", {
  rejects: [
    {
      name: "a frontend next to the database",
      given: { ...frontend, ...on("Data") },
      around,
      evidence: ["test/Data also has test/Database"],
    },
    {
      name: "an edge there",
      given: { ...edge, ...on("Data") },
      around,
      evidence: ["test/Data also has test/Database"],
    },
    {
      name: "a network that is not known",
      given: { ...frontend, networks_advanced: { name: "${var.network}" } },
      evidence: ['the network "${var.network}" is not known'],
    },
  ],
  accepts: [
    { name: "a frontend on the edge network", given: { ...frontend, ...on("Edge") }, around },
    { name: "the backend", given: { ...backend, ...on("Data") }, around: NETWORKS, examined: 0 },
  ],
});
