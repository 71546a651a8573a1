import { UserError } from "../../core/errors.ts";
import type { OutsideServer } from "../../core/stack-facts.ts";
import { remoteScheme } from "../../runners/docker/remote.ts";
import { type Finding, ok, problem, unknown, warning } from "../../runners/doctor/finding.ts";
import { AwayError, serverName } from "../../runners/outside.ts";
import { askServer, ownersLogin } from "../outside-database.ts";
import { logIn } from "../outside-login.ts";
import type { Synthesized } from "../synthesize.ts";

const ANSWERS = "outside.answers";
const WRITES = "outside.writes";

/** Each server outside, from its name to a login, from this machine; of PostgreSQL, where what is stored goes. */
export async function outsideAnswers(synthesized: Synthesized): Promise<readonly Finding[]> {
  const servers = synthesized.stack.outside ?? [];
  if (remoteScheme() !== undefined)
    return servers.map((server) =>
      unknown(
        ANSWERS,
        `${serverName(server)}: the engine is on another machine, and what that one reaches cannot be seen from here`,
        "exploreiot doctor page asks the programs that use it",
      ),
    );
  const looks = await Promise.all(servers.map((server) => lookAt(synthesized, server)));
  const isServed = (service: string) =>
    looks.some((look) => look.server.service === service && look.error === undefined);
  const databases = looks.filter((look) => look.server.service === "postgres" && look.error === undefined);
  return [
    ...looks.map(({ server, answer, error }) => {
      if (error === undefined) return ok(ANSWERS, `${serverName(server)}: ${answer}`);
      const tell = error instanceof AwayError && isServed(server.service) ? warning : problem;
      return tell(ANSWERS, error.message, ...error.remedy);
    }),
    ...(databases.length === 0
      ? []
      : await writesAt(
          synthesized,
          databases.map(({ server }) => server),
        )),
  ];
}

interface Look {
  readonly server: OutsideServer;
  readonly answer?: string;
  readonly error?: UserError;
}

async function lookAt(synthesized: Synthesized, server: OutsideServer): Promise<Look> {
  try {
    return { server, answer: await logIn(synthesized, server) };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { server, error };
  }
}

const ASKED = `SELECT pg_is_in_recovery() OR current_setting('default_transaction_read_only')::boolean,
  current_setting('synchronous_commit'), current_setting('synchronous_standby_names')`;

/** Whether one of them takes writes, and whether that one keeps what it has acknowledged. */
async function writesAt(
  { deployment, home, stack }: Synthesized,
  servers: readonly OutsideServer[],
): Promise<readonly Finding[]> {
  const login = ownersLogin(deployment, home);
  const isCluster = (stack.outside ?? []).filter(({ service }) => service === "postgres").length > 1;
  const answers = await Promise.all(
    servers.map(async (server) => {
      const [readsOnly, commit = "", ...standbys] = (await askServer(server, login, ASKED)).split("|");
      return { server, takesWrites: readsOnly === "f", commit, standbys: standbys.join("|") };
    }),
  );
  const writers = answers.filter(({ takesWrites }) => takesWrites);
  if (writers.length === 0)
    return [
      problem(
        WRITES,
        `PostgreSQL at ${servers.map(({ host, port }) => `${host}:${port}`).join(", ")}: takes no writes, as a standby or a server set to read only`,
        "have the cluster's operator look why no server is the primary (Patroni: patronictl list)",
        "or write the host of the one that takes writes as postgres.outside.host",
      ),
    ];
  return writers.map(({ server, commit, standbys }) =>
    writesFinding(serverName(server), { commit, standbys, isCluster }),
  );
}

function writesFinding(
  name: string,
  { commit, standbys, isCluster }: { commit: string; standbys: string; isCluster: boolean },
): Finding {
  if (commit === "off")
    return warning(
      WRITES,
      `${name}: acknowledges what is not on its disk yet (synchronous_commit off): a crash loses it`,
      "have the operator set synchronous_commit = on for this database",
    );
  if (isCluster && (standbys === "" || commit === "local"))
    return warning(
      WRITES,
      `${name}: acknowledges what no standby has (${standbys === "" ? "synchronous_standby_names is empty" : "synchronous_commit local"}): a failover loses it`,
      "have the operator bring a standby back, or turn synchronous replication on (Patroni: synchronous_mode: true)",
    );
  return ok(
    WRITES,
    `${name}: takes writes${isCluster ? `, and acknowledges what a standby has as well (${standbys})` : ""}`,
  );
}
