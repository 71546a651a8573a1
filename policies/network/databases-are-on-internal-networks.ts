import { type Evidence, unknown } from "../evidence.ts";
import type { Membership } from "../facts/networks.ts";
import { networksOf } from "../facts/networks.ts";
import { isDatabase, RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { isTrue, show } from "../values.ts";

export const databasesAreOnInternalNetworks = definePolicy({
  id: "NET-009",
  severity: "medium",
  title: "databases join internal networks only",
  why: "One network with a way out undoes every internal one next to it.",
  avoid: `services:
  db: {image: "postgres:17", networks: [data, web]}
networks: {data: {internal: true}, web: {}}`,
  prefer: `services:
  db: {image: "postgres:17", networks: [data]}
networks: {data: {internal: true}}`,
  allowed: "networks_advanced with networks of this stack whose internal is true",
  fix: "leave the database on the data network alone",
  words: { compose: { allowed: "networks of this file with internal: true" } },
  source: "least privilege; docs/architecture.md, networks",
  looksAt: RUNS,
  where: isDatabase,
  check: (resource, stack) => networksOf(resource, stack).flatMap(wayOut),
});

function wayOut({ named, network }: Membership): readonly Evidence[] {
  if (network === undefined) return [unknown(`the network ${show(named)} is not known`)];
  const { internal } = network.block;
  return isTrue(internal) ? [] : [`${network.path} has internal ${show(internal ?? undefined)}`];
}
