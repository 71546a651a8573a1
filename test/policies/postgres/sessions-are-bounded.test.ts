import { sessionsAreBounded } from "../../../policies/postgres/sessions-are-bounded.ts";
import { judges } from "../judging.ts";
import { postgres, upload } from "../servers.ts";

const BOUNDS = [
  "max_connections = 60",
  "statement_timeout = '10min'",
  "idle_in_transaction_session_timeout = 60s",
];

judges(sessionsAreBounded, "PGS-011", {
  rejects: [
    {
      name: "silence",
      given: { image: "postgres:15" },
      evidence: [
        "max_connections is not set",
        "statement_timeout is not set",
        "idle_in_transaction_session_timeout is not set",
      ],
    },
    {
      name: "timeouts of 0, the last of which counts",
      given: postgres([...BOUNDS, "statement_timeout = 0"]),
      evidence: ['statement_timeout is "0" (postgresql.conf line 4)'],
    },
  ],
  accepts: [
    { name: "three bounds", given: postgres(BOUNDS) },
    {
      name: "a timeout of the role",
      given: postgres([], {
        upload: [
          upload("postgresql.conf", [BOUNDS[0] as string, BOUNDS[2] as string]),
          upload("10-app.sql", ["ALTER ROLE app SET statement_timeout = '5s';"]),
        ],
      }),
    },
  ],
});
