import { once } from "node:events";
import type { Socket } from "node:net";
import { UserError } from "../core/errors.ts";
import { SecretStore } from "../core/secrets.ts";
import type { OutsideServer } from "../core/stack-facts.ts";
import { openOutside, serverName } from "../runners/outside.ts";
import { brokerClients } from "../services/mosquitto/access.ts";
import { mqttSecret } from "../services/mosquitto/definition.ts";
import { loginAt, redisLogins, type Store } from "../services/store-logins.ts";
import { askServer, ownersLogin } from "./outside-database.ts";
import type { Synthesized } from "./synthesize.ts";

const REMEDY =
  "docs/outside.md says which users and rights the deployment needs there, exploreiot outside writes them";

/**
 * Logs in at a server outside as the deployment's programs do.
 *
 * @returns what it answers, with its version where it says one
 * @throws UserError that says at which step it ends
 */
export const logIn = (synthesized: Synthesized, server: OutsideServer): Promise<string> =>
  LOGINS[server.service as Store](synthesized, server);

const LOGINS: Readonly<Record<Store, typeof logIn>> = {
  async postgres({ deployment, home }, server) {
    const login = ownersLogin(deployment, home);
    const version = await askServer(server, login, "SHOW server_version");
    return `lets ${login.user} in; version ${version}`;
  },

  async redis({ deployment, home }, server) {
    const store = new SecretStore(home);
    const [login] = redisLogins(deployment);
    const socket = await openOutside(server);
    try {
      if (login === undefined) return "answers; no program logs in there";
      const answer = await spoken(socket, ["AUTH", login.user, store.value(login.secret)]);
      if (!answer.startsWith("+OK"))
        throw new UserError(`${serverName(server)}: as ${login.user}: ${answer.slice(1).trim()}`, REMEDY);
      const hello = await spoken(socket, ["HELLO"]);
      const version = /\r\nversion\r\n\$\d+\r\n([^\r]+)/.exec(hello)?.[1];
      return `lets ${login.user} in${version === undefined ? "" : `; version ${version}`}`;
    } finally {
      socket.destroy();
    }
  },

  async mosquitto({ deployment, home }, server) {
    const store = new SecretStore(home);
    const programs = deployment.programs.flatMap(
      (program) => loginAt(deployment, "mosquitto", program)?.user ?? [],
    );
    const name = programs[0] ?? brokerClients(deployment)[0]?.name;
    const socket = await openOutside(server);
    if (name === undefined) {
      socket.destroy();
      return "answers; nobody of this deployment logs in there";
    }
    const { tryLogin } = await import("./broker-client.ts");
    const why = await tryLogin(socket, { name, password: store.value(mqttSecret(name)) });
    if (why !== undefined) throw new UserError(`${serverName(server)}: as ${name}: ${why}`, REMEDY);
    return `lets ${name} in, over MQTT 5`;
  },
};

const LIMIT_MS = 5000;

/** One command of Redis and its answer, which fits into one packet. */
async function spoken(socket: Socket, words: readonly string[]): Promise<string> {
  const sent = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join("");
  socket.write(`*${words.length}\r\n${sent}`);
  const [answer] = (await once(socket, "data", { signal: AbortSignal.timeout(LIMIT_MS) })) as [Buffer];
  return answer.toString();
}
