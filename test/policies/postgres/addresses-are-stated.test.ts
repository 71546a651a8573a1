import { addressesAreStated } from "../../../policies/postgres/addresses-are-stated.ts";
import { judges } from "../judging.ts";
import { alone, postgres } from "../servers.ts";

judges(addressesAreStated, "PGS-010", {
  rejects: [
    { name: "silence", given: postgres(["port = 5432"]), evidence: ["listen_addresses is not set"] },
    {
      name: "a comment",
      type: "file/postgresql.conf",
      given: alone("postgresql.conf", ["#listen_addresses = '*'"]),
      evidence: ["listen_addresses is not set"],
    },
    {
      name: "a configuration that is not here",
      given: postgres([], { upload: [] }),
      evidence: ["cannot be judged: /etc/server/postgresql.conf: its text is not known here"],
    },
  ],
  accepts: [
    { name: "a file", given: postgres(["LISTEN_ADDRESSES '*'"]) },
    {
      name: "the socket alone",
      type: "file/postgresql.conf",
      given: alone("postgresql.conf", ["listen_addresses = ''"]),
    },
    { name: "an argument", given: { image: "postgres:15", command: ["-c", "listen_addresses=*"] } },
  ],
});
