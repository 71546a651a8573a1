import { Container } from "@cdktf/provider-docker/lib/container/index.js";
import { Volume } from "@cdktf/provider-docker/lib/volume/index.js";
import { expect, onTestFinished, test } from "vitest";
import { local } from "../../config/local.ts";
import { production } from "../../config/production.ts";
import type { DeploymentInput } from "../../config/schema.ts";
import { App, TerraformStack } from "../../constructs/cdktf.ts";
import { keepData } from "../../constructs/kept-data.ts";
import { environment } from "../support/programs.ts";
import { type RawStack, Sandbox } from "../support/synthesized.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

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

test.each<[string, boolean, (container: Container, volume: Volume) => void]>([
  [
    "a property",
    true,
    (container, { name }) => container.putVolumes([{ volumeName: name, containerPath: "/d" }]),
  ],
  ["an override", true, (container, { name }) => container.addOverride("volumes", [{ volume_name: name }])],
  [
    "a property of what an override makes a job",
    false,
    (container, { name }) => {
      container.putVolumes([{ volumeName: name, containerPath: "/d" }]);
      container.addOverride("must_run", false);
    },
  ],
])("a volume is data where a container writes to it by %s: %s", (_, isData, write) => {
  const stack = new TerraformStack(new App({ outdir: temporaryFolder() }), "kept");
  const volume = new Volume(stack, "Volume", { name: "data" });
  write(new Container(stack, "Container", { name: "writes", image: "any" }), volume);
  keepData(stack, { environment: "production", name: "kept" }, temporaryFolder());

  expect(volume.lifecycle?.preventDestroy ?? false).toBe(isData);
});
