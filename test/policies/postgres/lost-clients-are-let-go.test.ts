import { lostClientsAreLetGo } from "../../../policies/postgres/lost-clients-are-let-go.ts";
import { judges } from "../judging.ts";
import { postgres } from "../servers.ts";

judges(lostClientsAreLetGo, "PGS-015", {
  rejects: [
    {
      name: "silence",
      given: { image: "postgres:15" },
      evidence: ["tcp_keepalives_idle is not set", "client_connection_check_interval is not set"],
    },
    {
      name: "the kernel's two hours, and no look at all",
      given: postgres(["tcp_keepalives_idle = 0", "client_connection_check_interval = 0"]),
      evidence: [
        'tcp_keepalives_idle is "0" (postgresql.conf line 1)',
        'client_connection_check_interval is "0" (postgresql.conf line 2)',
      ],
    },
  ],
  accepts: [
    {
      name: "both",
      given: postgres(["tcp_keepalives_idle = 60", "client_connection_check_interval = '10s'"]),
    },
  ],
});
