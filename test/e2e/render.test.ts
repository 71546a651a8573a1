import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { run } from "../../runners/run.ts";
import { terraformBinary } from "../../runners/terraform/terraform.ts";
import { kit, missing, TestDeployment, titled, until } from "../support/e2e.ts";
import { PrivateEngine } from "../support/e2e-private-engine.ts";
import { RenderedFolder } from "../support/e2e-rendered.ts";

/** Stops and starts everything several times. */
const LONG = 300_000;
const SERVICES = ["api", "edge", "frontend", "ingest", "mosquitto", "postgres", "redis"];

const deployment = new TestDeployment({
  name: "e2e-folder",
  environment: "production",
  listeners: {
    backend: { port: 25501 },
    mqtt: { port: 25502 },
    frontend: { port: 25500 },
    https: { port: 25503 },
    mqtts: { port: 25504 },
  },
  networks: {
    edge: { ipv4: "10.126.1.0/24" },
    broker: { ipv4: "10.126.2.0/24" },
    data: { ipv4: "10.126.3.0/24" },
  },
  postgres: { tls: true },
  mosquitto: { users: [{ name: "sensor", publish: ["sensor/+"] }] },
});

const reason = missing.docker ?? missing.compose;

describe.skipIf(reason)(titled("a rendered folder, on a machine with Docker alone", reason), () => {
  const engine = new PrivateEngine();
  const files = new RenderedFolder({ DOCKER_HOST: engine.host });
  const { folder, rendered, server } = files;
  const shell = (script: string) => files.shell(script);
  let started: Awaited<ReturnType<typeof shell>>;

  const container = (role: string) => deployment.container(role);

  beforeAll(async () => {
    await files.render(deployment, "--images");
    await engine.start();
    started = await shell("./start.sh");
  });
  afterAll(async () => {
    await engine.remove();
    files.remove();
    await deployment.wipe();
  });

  test("starts with one command, and every service is healthy", async () => {
    expect(started.stderr.split("\n").slice(-2)).toEqual(["· exploreiot-e2e-folder is up", ""]);
    expect(await health()).toEqual(Object.fromEntries(SERVICES.map((role) => [role, "healthy"])));
  });

  test("holds the same bytes when it is rendered again, elsewhere", async () => {
    const again = join(folder, "again");
    await kit(["render", deployment.site, "-o", again]);

    expect(texts(again)).toEqual(texts(rendered));
    expect((await run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], { cwd: again })).code).toBe(0);
  });

  test("holds no secret, neither of the machine that rendered it nor one of its own", () => {
    const all = [...texts(rendered).values()].join("\n");
    const found = [...deployment.secrets()].filter(([, value]) => all.includes(value)).map(([name]) => name);

    expect(found).toEqual([]);
    expect(deployment.secrets().size).toBeGreaterThan(5);
    expect(all).not.toMatch(/\$7\$|BEGIN [A-Z ]*PRIVATE KEY|#[0-9a-f]{64}/);
  });

  test("keeps the secrets that it makes to their owner, and no two are alike", () => {
    const modes = readdirSync(join(server, "secrets"), { recursive: true, encoding: "utf8" }).map((name) => {
      const status = statSync(join(server, "secrets", name));
      return `${status.isDirectory() ? "folder" : "file"} ${(status.mode & 0o777).toString(8)}`;
    });
    expect([...new Set(modes)].sort()).toEqual(["file 400", "folder 700"]);
    // Keys of certificates are in folders of their own.
    const names = [...deployment.secrets().keys()].filter((name) => !name.includes("/"));
    const values = names.map((name) => readFileSync(join(server, "secrets", name), "utf8"));
    expect(names).toContain("role-api-postgres-password");
    expect(new Set(values).size).toBe(names.length);
    for (const value of values) expect(value).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });

  test("carries a reading from the broker to the API", async () => {
    await publish("story", "21.5");

    expect(await until("the reading in the list", () => newest("story"))).toBe(21.5);
  });

  test("changes nothing when it is started again", async () => {
    const before = await identities();
    const secrets = texts(join(server, "secrets"));
    const label = `com.docker.compose.project=exploreiot-${deployment.name}`;
    const gone = await engine.output("volume", "create", "--label", label, container("gone-files"));
    const { code } = await shell("./start.sh");

    expect(code).toBe(0);
    expect(await engine.output("volume", "ls", "--quiet", "--filter", `name=${gone}`)).toBe("");
    expect(await identities()).toEqual(before);
    expect(texts(join(server, "secrets"))).toEqual(secrets);
  });

  test("has a configuration in which PostgreSQL finds no fault", async () => {
    const sql = "SELECT name, error FROM pg_file_settings WHERE error IS NOT NULL OR NOT applied";
    const query = (text: string) =>
      engine.output(
        "exec",
        container("postgres"),
        "psql",
        "-h",
        "/run/postgresql",
        "-U",
        "postgres",
        "-Atc",
        text,
      );

    expect(await query(sql)).toBe("");
    expect(await query("SELECT error FROM pg_hba_file_rules WHERE error IS NOT NULL")).toBe("");
  });

  test("has a configuration that HAProxy takes, and serves a certificate that this server's own CA issued", async () => {
    const check = await engine.docker(
      "exec",
      container("edge"),
      "haproxy",
      "-c",
      "-f",
      "/run/exploreiot/haproxy.cfg",
    );
    const authority = join(server, "secrets/pki/authority/ca.crt");
    const verify = ["openssl", "verify", "-CAfile", authority, "-verify_hostname", "localhost"] as const;
    const { stdout } = await run([...verify, join(server, "secrets/pki/edge/edge.crt")]);
    const served = await engine.output("exec", container("edge"), "cat", "/certs/current/edge.crt");

    expect([check.code, stdout.trim().endsWith(": OK")]).toEqual([0, true]);
    expect(served).toBe(readFileSync(join(server, "secrets/pki/edge/edge.crt"), "utf8").trim());
    expect(existsSync(join(rendered, "secrets"))).toBe(false);
  });

  test("answers as a deployed stack does: on the declared ports, over current TLS, to its own host", async () => {
    const authority = join(server, "secrets/pki/authority/ca.crt");
    const ask = async (...options: string[]) => {
      const shown = ["--silent", "--output", "/dev/null", "--write-out", "%{http_code} %{http_version}"];
      const url = "https://localhost:25503/api/mesures";
      return (await engine.inside("curl", ...shown, "--cacert", authority, ...options, url)).stdout;
    };
    const listening = (await engine.inside("ss", "-Hltn")).stdout.match(/(?<=127\.0\.0\.1:)\d+/g);

    expect({
      own: await ask(),
      other: await ask("--header", "Host: other.test"),
      old: await ask("--tls-max", "1.1"),
      listening: listening?.sort(),
      firewall: /^state=.*$/m.exec(
        await engine.output("exec", container("firewall"), "firewall", "status"),
      )?.[0],
    }).toEqual({
      ...{ own: "200 2", other: "421 2", old: "000 0" },
      listening: ["25500", "25501", "25502", "25503", "25504"],
      firewall: "state=applied",
    });
  });

  test("takes a reading over TLS from who has the password, and from nobody else", async () => {
    const to = "mosquitto_pub -h localhost -p 25504 --cafile /s/pki/authority/ca.crt -u sensor -q 1";
    const publish = (password: string, sensor: string) =>
      fromContainer("host", `${to} -P "${password}" -t sensor/${sensor} -m 7 || exit 1`);

    expect((await publish("$(cat /s/mqtt-sensor-password)", "overtls")).code).toBe(0);
    expect((await publish("wrong", "refused")).stderr).toContain("not authorised");
    expect(await until("the reading in the list", () => newest("overtls"))).toBe(7);
    expect(await newest("refused")).toBeUndefined();
  });

  test("is backed up and restored by the commands of its runbook", { timeout: LONG }, async () => {
    await publish("kept", "1");
    await until("the reading to be kept", () => newest("kept"));
    const backup = await shell(task("Back up"));
    await publish("lost", "2");
    await until("the reading to be lost", () => newest("lost"));
    const restore = await shell(task("Restore"));

    expect([backup, restore].map(({ code, stderr }) => (code === 0 ? "done" : stderr))).toEqual([
      "done",
      "done",
    ]);
    expect([await newest("kept"), await newest("lost")]).toEqual([1, undefined]);
    expect(await health()).toEqual(Object.fromEntries(SERVICES.map((role) => [role, "healthy"])));
  });

  test("takes a new password everywhere by the commands of its runbook, and replaces no other container", {
    timeout: LONG,
  }, async () => {
    const before = await identities();
    const change = (name: string) => shell(task("Change a secret").replaceAll("NAME", name));
    const one = await change("role-api-redis-password");
    const afterRedis = await identities();
    const two = await change("role-ingest-postgres-password");

    expect([one, two].map(({ code, stderr }) => (code === 0 ? "done" : stderr))).toEqual(["done", "done"]);
    expect(changed(before, afterRedis)).toEqual(["api", "redis"]);
    expect(changed(afterRedis, await identities())).toEqual(["ingest", "postgres"]);
    await publish("rotated", "3");
    expect(await until("a reading with the new passwords", () => newest("rotated"))).toBe(3);
  });

  test("goes back to what it was by the commands of its runbook", async () => {
    const [keep, back] = tasks("Update, and go back");
    const before = texts(server);
    const update = await shell(
      `${(keep as string).replace("./start.sh", "")}\necho '# newer' >>config/redis/redis.conf`,
    );
    const refused = await shell("./start.sh");
    const { code } = await shell(back as string);

    expect([update.code, refused.code, code]).toEqual([0, 1, 0]);
    expect(refused.stderr).toContain("error: this folder is not as it was rendered");
    expect(texts(server).get("config/redis/redis.conf")).toBe(before.get("config/redis/redis.conf"));
  });

  test.skipIf(missing.terraform)(
    "plans the same containers with Terraform, down to the hashes of the secrets",
    async () => {
      const at = `-chdir=${join(server, "terraform")}`;
      const env = { DOCKER_HOST: engine.host, CHECKPOINT_DISABLE: "1" };
      await run([terraformBinary(), at, "init", "-input=false"], { env });
      await run([terraformBinary(), at, "plan", "-input=false", "-out=p"], { env });
      const { stdout } = await run([terraformBinary(), at, "show", "-json", "p"], { env });
      const { planned_values } = JSON.parse(stdout) as {
        planned_values: { root_module: { resources: Planned[] } };
      };
      const planned = planned_values.root_module.resources
        .filter(({ type }) => type === "docker_container")
        .map(
          ({ values: { name, labels } }) => `${name} ${labels?.find(({ label }) => label === HASH)?.value}`,
        );

      expect(planned.sort()).toEqual(await hashes());
    },
  );

  const HASH = "exploreiot.config-hash";

  async function hashes(): Promise<readonly string[]> {
    const all = await engine.output("ps", "--all", "--format", `{{.Names}} {{.Label "${HASH}"}}`);
    return all.split("\n").sort();
  }

  async function health(): Promise<Record<string, string>> {
    const entries = SERVICES.map(async (role) => [
      role,
      await engine.output("inspect", "--format", "{{.State.Health.Status}}", container(role)),
    ]);
    return Object.fromEntries(await Promise.all(entries));
  }

  /** Service to the container's id and the time of its start. */
  async function identities(): Promise<Record<string, string>> {
    const entries = SERVICES.map(async (role) => [
      role,
      await engine.output("inspect", "--format", "{{.Id}} {{.State.StartedAt}}", container(role)),
    ]);
    return Object.fromEntries(await Promise.all(entries));
  }

  const changed = (before: Record<string, string>, after: Record<string, string>) =>
    SERVICES.filter((role) => before[role] !== after[role]);

  /** Runs a script with the broker's programs in a network; `/s` is the server's own folder of secrets. */
  async function fromContainer(network: string, script: string) {
    const image = await engine.output("inspect", "--format", "{{.Config.Image}}", container("mosquitto"));
    const options = ["--rm", "--user=0", "--network", network, "-v", `${server}/secrets:/s:ro`];
    return engine.docker("run", ...options, image, "sh", "-c", script);
  }

  async function publish(sensor: string, value: string): Promise<void> {
    const script = `mosquitto_pub -h mosquitto -u sensor -P "$(cat /s/mqtt-sensor-password)" -t sensor/${sensor} -q 1 -m ${value}`;
    const { code, stderr } = await fromContainer(`exploreiot-${deployment.name}-broker`, script);
    if (code !== 0) throw new Error(stderr);
  }

  async function newest(sensor: string): Promise<number | undefined> {
    const url = `http://127.0.0.1:8000/api/mesures?capteur=${sensor}`;
    const script = `import json,urllib.request as u; print(json.dumps([m["valeur"] for m in json.load(u.urlopen("${url}"))]))`;
    return JSON.parse(await engine.output("exec", container("api"), "python", "-c", script))[0];
  }

  /** The commands under a heading of the runbook, one text for each block. */
  function tasks(heading: string): readonly string[] {
    const section = files.runbook().split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
    return [...section.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, commands]) => commands as string);
  }

  const task = (heading: string): string => tasks(heading)[0] as string;
});

interface Planned {
  readonly type: string;
  readonly values: {
    readonly name: string;
    readonly labels?: readonly { readonly label: string; readonly value: string }[];
  };
}

/** Path to text of every file, archives of images apart. */
function texts(folder: string): ReadonlyMap<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.startsWith("images.tar"))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  return new Map(files.map((path) => [path.slice(folder.length + 1), readFileSync(path, "utf8")]));
}
