import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, onTestFinished, test } from "vitest";
import { local } from "../../config/local.ts";
import { production } from "../../config/production.ts";
import type { DeploymentInput } from "../../config/schema.ts";
import { checksums, writeFolder } from "../../render/folder.ts";
import { render } from "../../render/render.ts";
import { errorText } from "../support/error-text.ts";
import { custom, Sandbox } from "../support/synthesized.ts";
import { temporaryFolder, write } from "../support/temporary-folder.ts";

/** A deployment rendered on a machine of its own: other secrets, other folders. */
async function rendered(
  input: Omit<DeploymentInput, "name"> = local,
): Promise<Readonly<Record<string, string>>> {
  const sandbox = new Sandbox();
  onTestFinished(() => sandbox.remove());
  sandbox.synthesize(input);
  const files = await render(sandbox.stack(), sandbox.home);
  // Two sandboxes never share a name, and a deployment's name is in its files.
  return Object.fromEntries(
    Object.entries(files).map(([path, text]) => [
      path.replaceAll(sandbox.name, "NAME"),
      text.replaceAll(sandbox.name, "NAME").replace(/\bxi[0-9a-f]{6}-/g, "BRIDGE-"),
    ]),
  );
}

const config = (path: string) => `config/${path}`;

describe("a rendered folder", () => {
  test("is the same for two machines with other secrets", async () => {
    const [one, two] = [await rendered(), await rendered()];

    expect(Object.keys(one).sort()).toEqual([
      "RUNBOOK.md",
      "compose.yaml",
      "config/api/sensors.json",
      "config/ingest/sensors.json",
      "config/mosquitto/acl",
      "config/mosquitto/mosquitto.conf",
      "config/postgres/entrypoint.sh",
      "config/postgres/measure.sh",
      "config/postgres/pg_hba.conf",
      "config/postgres/postgresql.conf",
      "config/postgres/start/roles.sql",
      "config/redis/redis.conf",
      "deployment.sh",
      "diagram.svg",
      "start.sh",
      "terraform/cdk.tf.json",
      "upgrade-postgres.sh",
    ]);
    // The engine lists services by the hash of their name's path, which is the sandbox's.
    expect(two["deployment.sh"]).toBe(one["deployment.sh"]);
    expect(two["compose.yaml"]).toBe(one["compose.yaml"]);
  });

  test("knows where its backups are, what opens them, and where each part of one goes", async () => {
    const files = await rendered({ ...local, backup: { enabled: true, repository: "/srv/backups" } });
    const script = (name: string) =>
      new RegExp(`^${name}\\(\\) \\{\\n([^}]*)\\n\\}`, "m")
        .exec(files["deployment.sh"] ?? "")?.[1]
        ?.split("\n");

    expect(Object.keys(files)).toEqual(expect.arrayContaining(["restore.sh", "upgrade-postgres.sh"]));
    expect(files["deployment.sh"]).toContain(
      "repository_mount=type=bind,source=/srv/backups,target=/repository,readonly\n",
    );
    expect(script("repository_files")).toEqual(["  credential password secrets/backup-password", "  :"]);
    expect(script("places")).toEqual([
      "  place exploreiot-NAME-postgres-17-data cluster ''",
      "  place exploreiot-NAME-mosquitto-data snapshot/broker 1883:1883",
      "  :",
    ]);
    expect(files["RUNBOOK.md"]).toContain("./start.sh restore");
  });

  test("holds what a production server needs, each server's files and rules of its own", async () => {
    expect(Object.keys(await rendered(production)).sort()).toEqual([
      "RUNBOOK.md",
      "compose.yaml",
      "config/api/sensors.json",
      ...["edge/batch-output.pl", "edge/haproxy.cfg", "edge/watch-then-run.sh"].map(config),
      config("firewall/firewall.nft"),
      config("ingest/sensors.json"),
      ...["mosquitto/acl", "mosquitto/mosquitto.conf", "mosquitto/watch-then-run.sh"].map(config),
      ...["postgres/entrypoint.sh", "postgres/measure.sh"].map(config),
      ...["postgres/pg_hba.conf", "postgres/postgresql.conf"].map(config),
      ...["postgres/start/roles.sql", "redis/redis.conf"].map(config),
      "deployment.sh",
      "diagram.svg",
      "firewall/exploreiot-NAME-firewall.nft",
      "firewall/exploreiot-NAME-firewall.service",
      "start.sh",
      "terraform/cdk.tf.json",
      "upgrade-postgres.sh",
    ]);
  });

  test("is the same after a service was taken out as if it had never been there", async () => {
    const sandbox = new Sandbox();
    onTestFinished(() => sandbox.remove());
    const terraform = async (input: Omit<DeploymentInput, "name">) => {
      sandbox.synthesize(input);
      return (await render(sandbox.stack(), sandbox.home))["terraform/cdk.tf.json"];
    };
    const less = { ...custom, redis: { enabled: false } };
    const never = await terraform(less);
    await terraform(custom);

    expect(sandbox.synthesize(less)).toContain('"removed": [');
    expect(await terraform(less)).toBe(never);
  });

  test("names no folder of the machine that rendered it", async () => {
    const all = Object.values(await rendered()).join("\n");

    expect(all).not.toMatch(/\.exploreiot\/NAME\/(files|hashes)|\/home\/|cdktf\.out|\.\.\/\.\.\//);
  });

  test("says how each secret file is made, in the words of start.sh", async () => {
    const steps = (await rendered())["deployment.sh"]?.split("\n") ?? [];

    expect(
      steps.filter((line) => line.startsWith("  secret redis") || line.startsWith("  digest REDIS")),
    ).toEqual([
      "  secret redis-health-password",
      "  digest REDIS_FILES files/redis/users.acl redis-health-password",
    ]);
    expect(steps.find((line) => line.includes("users.acl text"))).toBe(
      "  derived files/redis/users.acl text 'user default off",
    );
  });

  test("gives compose and Terraform one label, whose secret part only the server knows", async () => {
    const files = await rendered();
    const label = /exploreiot\.config-hash: ([0-9a-f]{12})-\$\{REDIS_FILES:\?run \.\/start\.sh\}/.exec(
      files["compose.yaml"] ?? "",
    );

    expect(label?.[1]).toMatch(/^[0-9a-f]{12}$/);
    expect(files["terraform/cdk.tf.json"]).toContain(
      `"value": "${label?.[1]}-\${substr(sha256(join(\\"\\", [file(\\"../secrets/hash-key\\"), file(\\"../secrets/files/redis/users.acl\\"), file(\\"../secrets/redis-health-password\\")])), 0, 12)}"`,
    );
  });

  test("has no provisioner and a state of its own in its Terraform JSON", async () => {
    const { terraform, resource } = JSON.parse((await rendered())["terraform/cdk.tf.json"] ?? "");

    expect(terraform.backend).toEqual({ local: { path: "terraform.tfstate" } });
    expect(JSON.stringify(resource.terraform_data)).not.toContain("local-exec");
  });
});

test("the runbook dumps and restores the databases that services have for themselves, each into its own file", async () => {
  const made = new Sandbox();
  onTestFinished(() => made.remove());
  const own = {
    ...{ image: `registry.example/tool@sha256:${"0".repeat(64)}`, health: { process: "tool" } },
    ...{ database: "own" as const, secrets: { PASSWORD: { value: "{postgres.password}" } } },
  };
  made.synthesize({ services: { "tool-one": own } });
  const runbook = (await render(made.stack(), made.home))["RUNBOOK.md"] ?? "";

  expect(runbook.match(/(?:pg_dump|pg_restore) .*/g)).toEqual([
    "pg_dump -h /run/postgresql -U postgres -Fc exploreiot >backup/postgres.dump",
    "pg_dump -h /run/postgresql -U postgres -Fc tool_one >backup/postgres-tool_one.dump",
    "pg_restore -h /run/postgresql -U postgres -d restored --exit-on-error <backup/postgres.dump",
    "pg_restore -h /run/postgresql -U postgres -d restored --exit-on-error <backup/postgres-tool_one.dump",
  ]);
  expect(runbook).toContain('CREATE DATABASE "restored" OWNER "exploreiot_tool_one"');
});

describe("the folder on disk", () => {
  test("is listed in SHA256SUMS by path", () => {
    expect(checksums({ b: "two", "a/c": "" })).toBe(
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  a/c\n3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3  b\n",
    );
  });

  test("is refused where it holds something else", async () => {
    const folder = temporaryFolder();
    write(folder, "mine.txt", "x");

    expect(await errorText(() => writeFolder(folder, {}))).toBe(
      `${folder}: holds files that are no earlier render\n  → name a folder that is empty or not there yet`,
    );
  });

  test("is refused, and left whole, where somebody else keeps files with checksums", async () => {
    const folder = temporaryFolder();
    write(folder, "mine.iso", "x");
    write(folder, "SHA256SUMS", checksums({ "mine.iso": "x" }));

    expect(await errorText(() => writeFolder(folder, { "deployment.sh": "" }))).toBe(
      `${folder}: holds files that are no earlier render\n  → name a folder that is empty or not there yet`,
    );
    expect(readdirSync(folder).sort()).toEqual(["SHA256SUMS", "mine.iso"]);
  });

  test("is refused where it holds another deployment, and left whole", async () => {
    const folder = temporaryFolder();
    writeFolder(folder, { "deployment.sh": "project=exploreiot-one\n", "compose.yaml": "one" });

    expect(
      await errorText(() =>
        writeFolder(folder, { "deployment.sh": "project=exploreiot-two\n", "compose.yaml": "two" }),
      ),
    ).toBe(
      `${folder}: holds a render of exploreiot-one, with the secrets of that deployment\n  → name another folder`,
    );
    expect(readFileSync(`${folder}/compose.yaml`, "utf8")).toBe("one");
  });

  test("is finished by the next render where one was killed at its first file, or in the middle", () => {
    const files = { "deployment.sh": "project=exploreiot-one\n", "compose.yaml": "one" };
    const [first, middle] = [temporaryFolder(), temporaryFolder()];
    write(first, "SHA256SUMS.1.0a0a0a0a.tmp", "0a0a");
    write(middle, "SHA256SUMS", checksums(files));
    for (const folder of [first, middle]) writeFolder(folder, files);

    expect(readFileSync(`${first}/SHA256SUMS`, "utf8")).toBe(checksums(files));
    expect(readdirSync(middle).sort()).toEqual(["SHA256SUMS", "compose.yaml", "deployment.sh"]);
  });

  test("has its list of checksums first, so that one that is half written is known and refused by start.sh", async () => {
    const folder = temporaryFolder();
    writeFolder(folder, { "deployment.sh": "project=exploreiot-one\n" });
    // A folder in the way of the file stops the render in the middle.
    write(folder, "compose.yaml/in-the-way", "");
    const files = { "compose.yaml": "one", "deployment.sh": "project=exploreiot-one\nwait_seconds=1\n" };

    expect(await errorText(() => writeFolder(folder, files))).toContain("compose.yaml: cannot be written");
    expect(readFileSync(`${folder}/SHA256SUMS`, "utf8")).toBe(checksums(files));
  });

  test("is refused where its list of checksums is cut short, with a way on", async () => {
    const folder = temporaryFolder();
    const files = { "deployment.sh": "project=exploreiot-one\n", "compose.yaml": "one" };
    writeFolder(folder, files);
    write(folder, "SHA256SUMS", checksums(files).slice(0, 100));

    expect(await errorText(() => writeFolder(folder, files))).toBe(
      `${folder}/SHA256SUMS: cut short, or not a list of checksums\n  → write a short one, then render again: cd ${folder} && sha256sum deployment.sh > SHA256SUMS`,
    );
  });

  test("is refused where a file has its name", async () => {
    const file = write(temporaryFolder(), "mine.txt", "x");

    expect(await errorText(() => writeFolder(file, {}))).toMatch(
      /mine\.txt: cannot be written \(EEXIST.*\)\n {2}→ check the folder's owner and mode$/,
    );
  });

  test("loses what the last render wrote and this one does not, and nothing else", () => {
    const folder = temporaryFolder();
    writeFolder(folder, { "deployment.sh": "0", old: "1", kept: "2" });
    write(folder, "secrets/own", "3");
    writeFolder(folder, { "deployment.sh": "0", kept: "4" });

    expect(readdirSync(folder).sort()).toEqual(["SHA256SUMS", "deployment.sh", "kept", "secrets"]);
    expect(readFileSync(`${folder}/kept`, "utf8")).toBe("4");
  });
});

test("the runbook hands the folder over to the container that makes backups, and copies none of that one's volumes", async () => {
  const { "RUNBOOK.md": text = "", "compose.yaml": compose = "" } = await rendered({
    ...local,
    backup: { enabled: true },
  });
  const [section = ""] = /^## Back up$.*?(?=^## )/ms.exec(text) ?? [];

  expect(section).toContain(`\`\`\`sh
tar --exclude=./backup --exclude=./images.tar -cf - . | docker compose exec -T backup backup home
docker compose exec -T backup backup now
docker compose exec -T backup backup list
\`\`\``);
  expect(section.match(/(?<=-v )exploreiot-NAME-[\w-]+/g)).toEqual([
    "exploreiot-NAME-mosquitto-data",
    "exploreiot-NAME-redis-data",
  ]);
  expect(compose).toContain("CAP_DAC_OVERRIDE");
});
