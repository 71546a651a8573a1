import type { Policy } from "../policy.ts";
import { absentClientsAreForgotten } from "./absent-clients-are-forgotten.ts";
import { anonymousClientsAreRefused } from "./anonymous-clients-are-refused.ts";
import { bridgesCarryNoPasswords } from "./bridges-carry-no-passwords.ts";
import { brokerIsCurrent } from "./broker-is-current.ts";
import { brokerTopicsAreForMonitors } from "./broker-topics-are-for-monitors.ts";
import { clientCertificatesAreNames } from "./client-certificates-are-names.ts";
import { clientsCanBeToldApart } from "./clients-can-be-told-apart.ts";
import { clientsLogInWithSecrets } from "./clients-log-in-with-secrets.ts";
import { clientsProveWhoTheyAre } from "./clients-prove-who-they-are.ts";
import { connectionsAreBounded } from "./connections-are-bounded.ts";
import { connectionsAreLogged } from "./connections-are-logged.ts";
import { listenersAreStated } from "./listeners-are-stated.ts";
import { messagesAreBounded } from "./messages-are-bounded.ts";
import { messagesOutliveTheBroker } from "./messages-outlive-the-broker.ts";
import { passwordsAreHashed } from "./passwords-are-hashed.ts";
import { publishedPortsAreListenedOn } from "./published-ports-are-listened-on.ts";
import { queuesAreBounded } from "./queues-are-bounded.ts";
import { sessionsBelongToUsers } from "./sessions-belong-to-users.ts";
import { settingsAreNotPerListener } from "./settings-are-not-per-listener.ts";
import { silentClientsAreLetGo } from "./silent-clients-are-let-go.ts";
import { tlsListenersHaveTheirFiles } from "./tls-listeners-have-their-files.ts";
import { topicsHaveAnAccessList } from "./topics-have-an-access-list.ts";

export const mqtt: readonly Policy[] = [
  anonymousClientsAreRefused,
  clientsProveWhoTheyAre,
  topicsHaveAnAccessList,
  listenersAreStated,
  publishedPortsAreListenedOn,
  tlsListenersHaveTheirFiles,
  connectionsAreBounded,
  messagesAreBounded,
  messagesOutliveTheBroker,
  queuesAreBounded,
  silentClientsAreLetGo,
  absentClientsAreForgotten,
  clientsCanBeToldApart,
  passwordsAreHashed,
  bridgesCarryNoPasswords,
  settingsAreNotPerListener,
  brokerTopicsAreForMonitors,
  connectionsAreLogged,
  brokerIsCurrent,
  clientCertificatesAreNames,
  clientsLogInWithSecrets,
  sessionsBelongToUsers,
];
