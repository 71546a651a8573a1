import { sessionsAreLogged } from "../../../policies/postgres/sessions-are-logged.ts";
import { judges, NETWORKS } from "../judging.ts";
import { alone, INNER, OUTER, postgres } from "../servers.ts";

const ON = ["log_connections = on", "log_disconnections = on"];

judges(sessionsAreLogged, "PGS-012", {
  rejects: [
    {
      name: "a server that others reach",
      given: postgres(["log_connections = off"], OUTER),
      around: NETWORKS,
      evidence: [
        'log_connections is "off" (postgresql.conf line 1)',
        "log_disconnections is not set",
        "the network test/Edge is not internal",
      ],
    },
    {
      name: "a log with all that is written",
      given: postgres(["log_statement = 'mod'"], INNER),
      around: NETWORKS,
      evidence: ['log_statement is "mod" (postgresql.conf line 1)'],
    },
    {
      name: "a file of a server that nobody knows",
      type: "file/postgresql.conf",
      given: alone("postgresql.conf", ON.slice(0, 1)),
      evidence: ["log_disconnections is not set"],
    },
  ],
  accepts: [
    { name: "a log", given: postgres(ON, OUTER), around: NETWORKS },
    { name: "an internal network", given: postgres([], INNER), around: NETWORKS },
  ],
});
