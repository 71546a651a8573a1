import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "../../core/home.ts";
import { imageRecipes } from "../../core/images.ts";
import { makeAuthority, makeServerPair } from "../../pki/x509.ts";
import { ensureImages } from "../../runners/images/ensure.ts";
import { run } from "../../runners/run.ts";
import { docker, until } from "./e2e.ts";

const NAME = "exploreiot-test-patroni";
export const PORT = 25433;
/** Each node is reached at an address of the machine that no other has, as two machines would be. */
const SUBNETS = ["172.29.234", "172.29.235"] as const;
export const HOSTS = SUBNETS.map((subnet) => `${subnet}.1`);

const DOCKERFILE = `ARG BASE
FROM \${BASE}
RUN set -eu; \\
    mkdir -p /etc/postgresql-common/createcluster.d; \\
    echo 'create_main_cluster = false' > /etc/postgresql-common/createcluster.d/none.conf; \\
    apt-get update -qq; \\
    DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends postgresql-17 patroni python3-etcd etcd-server pgbouncer >/dev/null; \\
    rm -rf /var/lib/apt/lists/* /var/cache/apt/*
`;

const ETCD = [
  ...["etcd", "--name=etcd", "--data-dir=/tmp/etcd", "--listen-client-urls=http://0.0.0.0:2379"],
  ...["--advertise-client-urls=http://etcd:2379"],
];

const settingsOf = (node: string) => ({
  scope: "plant",
  name: node,
  restapi: { listen: "0.0.0.0:8008", connect_address: `${node}:8008` },
  etcd3: { host: "etcd:2379" },
  bootstrap: {
    dcs: {
      // The shortest that it takes; 30, 10 and 10 by default.
      ...{ ttl: 20, loop_wait: 3, retry_timeout: 4 },
      synchronous_mode: true,
      postgresql: { use_pg_rewind: true, parameters: { track_commit_timestamp: "on" } },
    },
    initdb: [{ encoding: "UTF8" }, "data-checksums", { "auth-host": "scram-sha-256" }],
  },
  postgresql: {
    listen: "0.0.0.0:5432",
    connect_address: `${node}:5432`,
    data_dir: "/work/data",
    bin_dir: "/usr/lib/postgresql/17/bin",
    pgpass: "/work/pgpass",
    authentication: {
      superuser: { username: "postgres", password: "of-a-test" },
      replication: { username: "replicator", password: "of-a-test" },
    },
    parameters: {
      ssl: "on",
      ssl_cert_file: "/work/server.crt",
      ssl_key_file: "/work/server.key",
      unix_socket_directories: "/work",
      fsync: "off",
    },
    pg_hba: [
      "local all all trust",
      "hostssl all all all scram-sha-256",
      "hostssl replication replicator all scram-sha-256",
    ],
  },
});

const NODE = `
  install -d -o postgres -m 0700 /work
  install -o postgres -m 0600 /given/server.crt /given/server.key /work
  export HOME=/work
  exec setpriv --reuid=postgres --regid=postgres --init-groups patroni /given/"$1".yml
`;

interface Member {
  readonly Member: string;
  readonly Role: string;
  readonly State: string;
}

/** PostgreSQL with a standby: two nodes of Patroni, each with a network address of its own, and etcd. Run by nobody's kit. */
export class PatroniCluster {
  readonly nodes = HOSTS.map((_, index) => `pg-${index + 1}`);
  readonly folder = mkdtempSync(join(tmpdir(), "exploreiot-patroni-"));
  readonly ca = join(this.folder, "ca.pem");
  readonly stranger = join(this.folder, "stranger.pem");

  async start(): Promise<void> {
    await this.#clear();
    const [image] = await Promise.all([operatorsImage(), this.#files()]);
    for (const [index, subnet] of SUBNETS.entries())
      await docker(
        ...["network", "create", `--subnet=${subnet}.0/24`, `--gateway=${HOSTS[index]}`],
        `${NAME}-${index + 1}`,
      );
    await this.#run("etcd", image, [], ETCD);
    for (const [index, node] of this.nodes.entries())
      await this.#run(
        node,
        image,
        [`--publish=${HOSTS[index]}:${PORT}:5432`],
        ["sh", "-euc", NODE, "sh", node],
      );
    await this.whole();
  }

  /** Waits until there is a primary, and a standby that commits wait for. */
  whole(): Promise<string> {
    return until(
      "the cluster is whole",
      async () => {
        const members = await this.members();
        const isWell = members.every(
          ({ Role, State }) => Role === "Leader" || (Role === "Sync Standby" && State === "streaming"),
        );
        return (
          members.length === this.nodes.length &&
          isWell &&
          members.find(({ Role }) => Role === "Leader")?.Member
        );
      },
      90_000,
    );
  }

  /** The node that takes writes, once it is not this one. */
  otherLeader(than: string): Promise<string> {
    return until(
      "another node is promoted",
      async () => {
        const leader = (await this.members()).find(({ Role }) => Role === "Leader")?.Member;
        return leader !== than && leader;
      },
      90_000,
    );
  }

  /** As its operator sees it, asked at any node that runs. */
  async members(): Promise<readonly Member[]> {
    for (const node of this.nodes) {
      const { code, stdout } = await this.#ctl(node, "list", "--format=json");
      if (code === 0) return JSON.parse(stdout) as Member[];
    }
    return [];
  }

  async switchover(from: string): Promise<void> {
    const { code, stdout, stderr } = await this.#ctl(
      from,
      "switchover",
      "plant",
      "--leader",
      from,
      "--force",
    );
    if (code !== 0) throw new Error(`${stdout}${stderr}`);
  }

  /** Whether commits wait for a standby. */
  async synchronous(node: string, isOn: boolean): Promise<void> {
    await this.#ctl(node, "edit-config", "--force", "--quiet", "--set", `synchronous_mode=${isOn}`);
    const wanted = isOn ? (text: string) => text !== "" : (text: string) => text === "";
    await until("the cluster has the setting", async () =>
      wanted(await this.psql(node, "postgres", "SHOW synchronous_standby_names")),
    );
  }

  /** As the superuser, inside. */
  async psql(node: string, database: string, sql: string): Promise<string> {
    const argv = [
      "docker",
      "exec",
      "--interactive",
      this.container(node),
      "psql",
      "-h/work",
      "-Upostgres",
    ] as const;
    return (
      await run([...argv, `-d${database}`, "-XAtq", "-v", "ON_ERROR_STOP=1"], { input: sql })
    ).stdout.trim();
  }

  container = (node: string) => `${NAME}-${node}`;

  /** All of its processes at once, as when the power goes. */
  kill = (node: string) => docker("kill", "--signal=KILL", this.container(node));

  begin = (node: string) => docker("start", this.container(node));

  /** It answers nothing and closes nothing, as a machine that hangs. */
  freeze = (node: string) => docker("pause", this.container(node));
  thaw = (node: string) => docker("unpause", this.container(node));

  async remove(): Promise<void> {
    await this.#clear();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #ctl(node: string, ...args: readonly string[]) {
    return run(["docker", "exec", this.container(node), "patronictl", "-c", `/given/${node}.yml`, ...args], {
      expected: [0, 1, 2, 125, 126, 137],
    });
  }

  async #run(
    name: string,
    image: string,
    options: readonly string[],
    argv: readonly string[],
  ): Promise<void> {
    const place = [`--network=${NAME}-1`, `--network-alias=${name}`, `--volume=${this.folder}:/given:ro`];
    await docker(
      "run",
      "--detach",
      "--init",
      `--name=${this.container(name)}`,
      ...place,
      ...options,
      image,
      ...argv,
    );
  }

  async #files(): Promise<void> {
    const [operator, stranger] = await Promise.all([makeAuthority("operator"), makeAuthority("stranger")]);
    const pair = await makeServerPair("postgres", [...HOSTS], operator);
    const files = {
      "ca.pem": operator.certificate,
      "stranger.pem": stranger.certificate,
      "server.crt": pair.certificate,
      "server.key": pair.key,
      ...Object.fromEntries(this.nodes.map((node) => [`${node}.yml`, JSON.stringify(settingsOf(node))])),
    };
    mkdirSync(this.folder, { recursive: true });
    chmodSync(this.folder, 0o755);
    for (const [name, text] of Object.entries(files)) writeFileSync(join(this.folder, name), text);
  }

  async #clear(): Promise<void> {
    const containers = ["etcd", ...this.nodes].map(this.container);
    await run(["docker", "rm", "--force", "--volumes", ...containers], { expected: [0, 1] });
    await run(["docker", "network", "rm", ...SUBNETS.map((_, index) => `${NAME}-${index + 1}`)], {
      expected: [0, 1],
    });
  }
}

/** Debian's packages of what an operator may run outside: PostgreSQL, Patroni, etcd and PgBouncer. */
export async function operatorsImage(): Promise<string> {
  const recipes = imageRecipes(projectRoot, ["probe"], { source: "auto" });
  const base = recipes.find(({ tag }) => tag.includes("/base:"))?.tag as string;
  await ensureImages(recipes, {
    projectRoot,
    needed: [base],
    report: (line) => process.stderr.write(`${line}\n`),
  });
  const tag = "exploreiot-test/operators";
  await run(["docker", "build", "--quiet", "--force-rm", `--tag=${tag}`, `--build-arg=BASE=${base}`, "-"], {
    input: DOCKERFILE,
  });
  return tag;
}
