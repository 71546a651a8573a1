import { expect, onTestFinished, test } from "vitest";
import { production } from "../../config/production.ts";
import { type RawStack, Sandbox } from "../support/synthesized.ts";

const acme = {
  ...production,
  tls: { certificate: { source: "acme", email: "ops@example.org" } },
} as const;

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
    certificates
      .map(([id]) => ({ from: `docker_volume.${id}`, lifecycle: { destroy: false } }))
      .toSorted((a, b) => (a.from < b.from ? -1 : 1)),
  );
});
