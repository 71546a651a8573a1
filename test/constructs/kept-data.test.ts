import { expect, onTestFinished, test } from "vitest";
import { local } from "../../config/local.ts";
import { production } from "../../config/production.ts";
import type { DeploymentInput } from "../../config/schema.ts";
import { environment } from "../support/programs.ts";
import { type RawStack, Sandbox } from "../support/synthesized.ts";

const acme = {
  ...production,
  tls: { certificate: { source: "acme", email: "ops@example.org" } },
} as const;

/** Of PostgreSQL 15, which an earlier version of the kit declared. */
const FORMER_DATA = "Postgres_Data_Volume_780DC320";

const removedFrom = (json: RawStack) =>
  (json as unknown as { removed?: readonly { from: string; lifecycle: object }[] }).removed ?? [];

test("what was issued by ACME and its account outlive TLS listeners that are closed", () => {
  const made = new Sandbox();
  onTestFinished(() => made.remove());
  const issued = made.json(acme);
  const off = { enabled: false };
  const closed = made.json({ ...acme, listeners: { https: off, mqtts: off } });
  const certificates = Object.entries(issued.resource.docker_volume).filter(([, { name }]) =>
    /-(certs|acme)$/.test(name),
  );

  expect(certificates.map(([, { lifecycle }]) => lifecycle)).toEqual([
    { ignore_changes: ["labels"], prevent_destroy: true },
    { ignore_changes: ["labels"], prevent_destroy: true },
  ]);
  expect(removedFrom(closed)).toEqual(
    [...certificates, [FORMER_DATA]]
      .map(([id]) => ({ from: `docker_volume.${id}`, lifecycle: { destroy: false } }))
      .toSorted((a, b) => (a.from < b.from ? -1 : 1)),
  );
});

test("data is destroyed by cdktf only where a person has named the deployment, and never in production", () => {
  const made = new Sandbox();
  onTestFinished(() => made.remove());
  const isProtected = (input: DeploymentInput, named: string | undefined) => {
    environment("EXPLOREIOT_DELETE_DATA", named);
    const volumes = Object.values(made.json(input).resource.docker_volume);
    const data = volumes.find(({ name }) => name.endsWith("-redis-data"));
    return (data?.lifecycle as { prevent_destroy?: boolean } | undefined)?.prevent_destroy;
  };

  expect([
    isProtected(local, undefined),
    isProtected(local, "another"),
    isProtected(local, made.name),
    isProtected(production, made.name),
  ]).toEqual([true, true, false, true]);
});
