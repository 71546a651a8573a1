import { chmodSync, chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Pair } from "../../pki/pair.ts";
import { makeAuthority, makeServerPair } from "../../pki/x509.ts";
import { until } from "./until.ts";

/** Stores that a test runs in place of an operator. */
export type Operated = "postgres" | "redis" | "mosquitto";

/** As the official images have them. */
const USERS: Readonly<Record<Operated, number>> = { postgres: 999, redis: 999, mosquitto: 1883 };

const INSIDE: Readonly<Record<Operated, number>> = { postgres: 5432, redis: 6379, mosquitto: 8883 };

const SCRIPTS: Readonly<Record<Operated, string>> = {
  postgres: `
    export PATH=/usr/lib/postgresql/17/bin:$PATH
    test -d /work/pg || {
      initdb -D /work/pg -U postgres --auth-local=trust --auth-host=reject --encoding=UTF8 --no-sync >/dev/null
      echo "hostssl all all all scram-sha-256" >>/work/pg/pg_hba.conf
      sed -i '/reject$/d' /work/pg/pg_hba.conf
    }
    exec postgres -D /work/pg -c listen_addresses='*' -c unix_socket_directories=/work -c fsync=off \\
      -c ssl=on -c ssl_cert_file=/given/postgres.crt -c ssl_key_file=/given/postgres.key`,
  redis: `exec valkey-server --port 0 --tls-port 6379 --tls-cert-file /given/redis.crt --tls-key-file /given/redis.key \\
    --tls-ca-cert-file /given/ca.pem --tls-auth-clients no --protected-mode no --dir /work --save "" --aclfile /given/redis-users.acl`,
  mosquitto: "exec mosquitto -c /given/mosquitto.conf",
};

const MOSQUITTO_CONF = `
listener 8883
certfile /given/mosquitto.crt
keyfile /given/mosquitto.key
allow_anonymous false
acl_file /given/mosquitto-acl
password_file /given/mosquitto-passwords
max_queued_messages 100000
persistence false
`;

/** Servers of the kit's images that nobody of the kit runs, with certificates of an operator's CA and of a stranger's. */
export class OperatedServers {
  readonly folder = mkdtempSync(join(tmpdir(), "exploreiot-outside-"));
  readonly ca = join(this.folder, "ca.pem");
  readonly stranger = join(this.folder, "stranger.pem");
  readonly #docker: (...args: readonly string[]) => Promise<string>;
  readonly #host: string;
  #pairs: { readonly operator: Pair; readonly stranger: Pair } | undefined;

  /**
   * @param docker of the engine that they run on
   * @param host the address of the machine that they are reached at
   */
  constructor(docker: (...args: readonly string[]) => Promise<string>, host: string) {
    this.#docker = docker;
    this.#host = host;
  }

  async prepare(): Promise<void> {
    chmodSync(this.folder, 0o755);
    const [operator, stranger] = await Promise.all([makeAuthority("operator"), makeAuthority("stranger")]);
    const [pair, other] = await Promise.all([
      makeServerPair("outside", [this.#host], operator),
      makeServerPair("outside", [this.#host], stranger),
    ]);
    this.#pairs = { operator: pair, stranger: other };
    writeFileSync(this.ca, operator.certificate);
    writeFileSync(this.stranger, stranger.certificate);
    for (const store of Object.keys(USERS) as Operated[]) this.certify(store, "operator");
    this.put("mosquitto.conf", MOSQUITTO_CONF, "mosquitto");
  }

  /** The certificate that a server has from its next start on. */
  certify(store: Operated, by: "operator" | "stranger"): void {
    const pair = this.#pairs?.[by] as Pair;
    this.put(`${store}.crt`, pair.certificate, store);
    this.put(`${store}.key`, pair.key, store);
  }

  /** A file that the user of a server's image may read. */
  put(name: string, text: string, store: Operated): void {
    const path = join(this.folder, name);
    rmSync(path, { force: true });
    writeFileSync(path, text);
    chmodSync(path, 0o400);
    if (process.getuid?.() === 0) chownSync(path, USERS[store], USERS[store]);
  }

  /** Starts a server that is ready soon. */
  async serve(
    store: Operated,
    name: string,
    image: string,
    port: number,
    options: readonly string[],
  ): Promise<void> {
    const user = USERS[store];
    await this.#docker(
      ...["run", "--detach", `--name=${name}`, `--publish=${this.#host}:${port}:${INSIDE[store]}`],
      ...[`--user=${user}:${user}`, `--volume=${this.folder}:/given:ro`, ...options],
      ...["--entrypoint=sh", image, "-euc", SCRIPTS[store]],
    );
  }

  /** The files of `exploreiot outside`, and what the operator of PostgreSQL does with theirs. */
  take(files: readonly { readonly service: Operated; readonly path: string }[]): void {
    for (const { service, path } of files) this.put(basename(path), readFileSync(path, "utf8"), service);
  }

  /** By an administrator who is no superuser, and twice: it may be applied again. */
  async applySql(container: string): Promise<void> {
    const psql = (user: string, ...more: readonly string[]) =>
      this.#docker("exec", container, "psql", "-h/work", `-U${user}`, "-dpostgres", ...more);
    await until("PostgreSQL answers", () =>
      psql("postgres", "-c", "SELECT 1").then(
        () => true,
        () => false,
      ),
    );
    await psql("postgres", "-c", "CREATE ROLE operator LOGIN CREATEROLE CREATEDB");
    for (const _ of [1, 2]) await psql("operator", "-f", "/given/postgres.sql");
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
