import { databaseLinksAreEncrypted } from "../../../policies/tls/database-links-are-encrypted.ts";
import { local, postgres, swarm } from "../images.ts";
import { judges, NETWORKS } from "../judging.ts";

const env = (...variables: readonly string[]) => ({ env: variables });
const onData = (aliases: readonly string[]) => ({
  networks_advanced: [{ name: "${docker_network.Data.id}", aliases }],
});
const around = {
  ...NETWORKS,
  docker_container: { Db: { ...postgres, name: "stack-db", ...onData(["postgres"]) } },
};

judges(databaseLinksAreEncrypted, "TLS-010", {
  rejects: [
    {
      name: "a URL without a mode, whose password is not shown",
      given: env("DATABASE_URL=postgresql+asyncpg://app:hunter@2@db.example.org:5432/app"),
      evidence: ["DATABASE_URL leads to db.example.org, sslmode is not set"],
    },
    {
      name: "modes that go on without TLS",
      given: env(
        "A=postgres://db.example.org/app?sslmode=prefer",
        "DATABASE_HOST=db.example.org",
        "DATABASE_PORT=5432",
      ),
      evidence: [
        "A leads to db.example.org, sslmode is prefer",
        "DATABASE_HOST leads to db.example.org, sslmode is not set",
      ],
    },
    {
      name: "a host known only at apply",
      given: env("PGHOST=${var.host}", "PGSSLMODE=disable"),
      evidence: ["PGHOST leads to a host known only at apply"],
    },
    {
      name: "the name of a container on a network that it does not share",
      given: env("PGHOST=postgres"),
      around,
      evidence: ["PGHOST leads to postgres, sslmode is not set"],
    },
    {
      name: "a service of a swarm",
      type: "docker_service",
      given: swarm("acme/thing", { env: { PGHOST: "db.example.org" } }),
      evidence: ["PGHOST leads to db.example.org, sslmode is not set"],
    },
  ],
  accepts: [
    {
      name: "a mode in the URL",
      given: env("DATABASE_URL=postgres://a@db.example.org/app?sslmode=verify-full"),
    },
    { name: "a mode for all", given: env("PGHOST=db.example.org", "PGSSLMODE=require") },
    {
      name: "a container on a shared bridge, by its alias and by its name",
      given: { ...env("PGHOST=postgres", "URL=postgresql://stack-db/app"), ...onData([]) },
      around,
    },
    { name: "a local stack, where it is relaxed", given: { ...local, ...env("PGHOST=db.example.org") } },
    {
      name: "a database of another kind, by its port",
      given: env("DB_HOST=db.example.org", "DB_PORT=3306"),
      examined: 0,
    },
    { name: "a database of a kind that nothing tells", given: env("DB_HOST=db.example.org"), examined: 0 },
    { name: "no database", given: env("REDIS_HOST=redis"), examined: 0 },
  ],
});
