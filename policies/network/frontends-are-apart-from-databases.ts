import { type Evidence, unknown } from "../evidence.ts";
import { databaseOn, networksOf } from "../facts/networks.ts";
import { kindOf, RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { show } from "../values.ts";

export const frontendsAreApartFromDatabases = definePolicy({
  id: "NET-010",
  severity: "medium",
  title: "frontend and TLS edge share no network with a database",
  why: "Programs that face users are broken into first. The backend alone stands between it and the data.",
  avoid: `services:
  proxy: {image: "nginx:1.27", networks: [all]}
  db: {image: "postgres:17", networks: [all]}
networks: {all: {}}`,
  prefer: `services:
  proxy: {image: "nginx:1.27", networks: [web]}
  api: {image: "example/api:1.0", networks: [web, data]}
  db: {image: "postgres:17", networks: [data]}
networks: {web: {}, data: {internal: true}}`,
  allowed: "networks of this stack without databases",
  fix: "leave what faces users on a network of its own, without databases",
  source: "least privilege; docs/architecture.md, networks",
  looksAt: RUNS,
  where: (resource, stack) => ["frontend", "edge"].includes(kindOf(resource, stack) ?? ""),
  check: (resource, stack) =>
    networksOf(resource, stack).flatMap(({ named, network }): readonly Evidence[] => {
      if (network === undefined) return [unknown(`the network ${show(named)} is not known`)];
      const database = databaseOn(network, stack);
      return database === undefined ? [] : [`${network.path} also has ${database.path}`];
    }),
});
