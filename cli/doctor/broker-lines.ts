import { eachLineOf } from "../../runners/run.ts";
import { atContainer } from "../../runners/swarm/place.ts";

/** Of the log of the last hour. */
const SINCE = "1h";

/** A name that a client has chosen, as images/mosquitto/guard/quoted.c writes it. In other lines it may look like anything. */
const NAME = String.raw`"((?:[^"\\]|\\.)*)"`;
const LOGIN = new RegExp(`^\\d+: guard: (login refused: user ${NAME}, client ${NAME}, from (\\S+): .*)`);
const PUBLICATION = new RegExp(`^\\d+: guard: (client ${NAME} of user ${NAME} may not publish to .*)`);
const OPENED = /^\d+: New connection from (\S+):\d+ on port/;

/** How a connection ends that fails before its login; the line names no address, and comes soon after one that does. */
const BEFORE_LOGIN = /^\d+: (OpenSSL Error|Client <unknown> (?!closed))/;

/** Recent refusals of the broker, as its own lines, in order. */
export interface RefusedOfLate {
  /** Logins, and connections that failed before theirs. */
  readonly logins: readonly string[];
  readonly publications: readonly string[];
}

/**
 * Takes the lines of the broker's log one by one.
 *
 * @param name of the user; a client id of that name counts as well
 * @param from the address that a device comes from. @default - not known
 */
export function refusals(name: string, from: string | undefined) {
  const logins: string[] = [];
  const publications: string[] = [];
  let isTheirs = false;
  const take = (line: string): void => {
    const [, login, user, client, address] = LOGIN.exec(line) ?? [];
    const [, publication, ofClient, ofUser] = PUBLICATION.exec(line) ?? [];
    const [, opened] = OPENED.exec(line) ?? [];
    if (login !== undefined) {
      if (plain(user) === name || plain(client) === name || address === from) logins.push(login);
    } else if (publication !== undefined) {
      if (plain(ofUser) === name || plain(ofClient) === name) publications.push(publication);
    } else if (opened !== undefined) isTheirs = opened === from;
    else if (isTheirs && BEFORE_LOGIN.test(line)) logins.push(line);
  };
  return { take, found: { logins, publications } satisfies RefusedOfLate };
}

const plain = (quoted: string | undefined) => quoted?.replace(/\\(.)/g, "$1");

/** The same from the log of a container. */
export async function refusedOfLate(
  broker: string,
  name: string,
  from: string | undefined,
): Promise<RefusedOfLate> {
  const { take, found } = refusals(name, from);
  await atContainer(broker, (id) => eachLineOf(["docker", "logs", "--since", SINCE, id], take));
  return found;
}
