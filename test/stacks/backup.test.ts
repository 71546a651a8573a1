import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { local } from "../../config/local.ts";
import { production } from "../../config/production.ts";
import type { DeploymentInput } from "../../config/schema.ts";
import { composeFile } from "../../runners/compose/render.ts";
import type { Stack } from "../../runners/stack.ts";
import { byRole, type RawStack, Sandbox } from "../support/synthesized.ts";

interface Mount {
  readonly volume_name: string;
  readonly container_path: string;
  readonly read_only?: boolean;
}

/** Of the role that receives the log: where a service gets it, and from which file. */
const passwordsOf = (stack: RawStack, role: string) =>
  ((byRole(stack)[role]?.upload ?? []) as unknown as { file: string; source?: string }[])
    .filter(({ file }) => /archive|replication/.test(file))
    .map(({ file, source }) => [file, source?.split("/").at(-1)]);

describe.each([
  ["local", local],
  ["production", production],
])("a deployment that makes backups: %s", (_, input) => {
  const sandbox = new Sandbox();
  let json: RawStack;
  let stack: Stack;
  beforeAll(() => {
    const services = {
      notes: {
        image: `example/notes@sha256:${"0".repeat(64)}`,
        networks: ["broker"] as "broker"[],
        health: { process: "notes" },
        volumes: [{ name: "pages", path: "/pages" }],
      },
    };
    json = sandbox.json({
      ...(input as DeploymentInput),
      services,
      backup: { enabled: true, repository: "/srv/backups" },
    });
    stack = sandbox.stack();
  });
  afterAll(() => sandbox.remove());

  const container = () => byRole(json).backup as unknown as Readonly<Record<string, unknown>>;

  test("reads what others write, and writes to its own volumes alone", () => {
    const names = Object.fromEntries(
      Object.entries(json.resource.docker_volume).map(([id, { name }]) => [
        `\${docker_volume.${id}.name}`,
        name,
      ]),
    );
    const mounts = (container().volumes as Mount[]).map(
      ({ volume_name, container_path, read_only = false }) => [
        container_path,
        names[volume_name]?.replace(/^exploreiot-[^-]+-/, ""),
        read_only,
      ],
    );
    expect(mounts).toEqual([
      ["/run/exploreiot", "backup-files", true],
      ["/state", "backup-state", false],
      ["/snapshot", "backup-work", false],
      ["/repository", "backup-folder-fb9a6ef3", false],
      ["/sources/broker", "mosquitto-data", true],
      ["/snapshot/volumes/notes/pages", "notes-pages-data", true],
      ["/run/exploreiot-probe", "probe", true],
    ]);
  });

  test("has three capabilities and no more, a root that is read-only, and the network of the data alone", () => {
    expect(container()).toMatchObject({
      user: "0:0",
      read_only: true,
      capabilities: { drop: ["ALL"], add: ["CAP_DAC_OVERRIDE", "CAP_SETGID", "CAP_SETUID"] },
      security_opts: ["no-new-privileges:true"],
    });
    expect(container().networks_advanced).toHaveLength(1);
  });

  test("leaves processors to all others where they are short, under either runner", () => {
    const { backup, ...others } = byRole(json) as Readonly<Record<string, { cpu_shares?: number }>>;
    expect(backup?.cpu_shares).toBe(128);
    expect(Object.values(others).filter(({ cpu_shares }) => cpu_shares !== undefined)).toEqual([]);
    expect(composeFile(stack)).toMatch(/^ {4}cpu_shares: 128$/m);
  });

  test("receives the log, where that is archived, as a role whose password is a file at both ends", () => {
    const archived = sandbox.json({
      ...(input as DeploymentInput),
      backup: { enabled: true, archive: true, repository: "/srv/backups" },
    });
    expect([passwordsOf(archived, "backup-files"), passwordsOf(archived, "postgres-files")]).toEqual([
      [["/incoming/archive.password", "role-replication-postgres-password"]],
      [["/incoming/roles/replication.password", "role-replication-postgres-password"]],
    ]);
    expect([passwordsOf(json, "backup-files"), passwordsOf(json, "postgres-files")]).toEqual([[], []]);
  });

  test("has a folder of the machine under the volume's name", () => {
    expect(Object.values(json.resource.docker_volume)).toContainEqual(
      expect.objectContaining({ driver_opts: { type: "none", o: "bind", device: "/srv/backups" } }),
    );
  });

  test("keeps the volume of a former folder, in Terraform too", () => {
    const folders = (repository: string) => {
      const { docker_volume } = sandbox.json({ ...input, backup: { enabled: true, repository } }).resource;
      return Object.keys(docker_volume).filter((id) => id.startsWith("Backup_Folder"));
    };
    const [one, two] = [folders("/srv/one"), folders("/srv/two")];
    expect([one.length, two.length]).toEqual([1, 1]);
    expect(two).not.toEqual(one);
  });
});
