import { passwordsUseScram } from "../../../policies/postgres/passwords-use-scram.ts";
import { judges } from "../judging.ts";
import { alone, postgres, upload } from "../servers.ts";

const CONF = ["hba_file = '/etc/server/pg_hba.conf'", "password_encryption = 'scram-sha-256'"];
const HBA = upload("pg_hba.conf", ["host all all all scram-sha-256"]);
const type = "docker_container";

judges(passwordsUseScram, "PGS-002", {
  rejects: [
    {
      name: "older methods over the network",
      given: alone("pg_hba.conf", ["host all a all md5", "hostssl all b all password", "local all all md5"]),
      evidence: [
        "host connections of a use md5 (pg_hba.conf line 1)",
        "hostssl connections of b use password (pg_hba.conf line 2)",
      ],
    },
    {
      name: "a server that is told nothing, of a version before SCRAM was the default",
      type,
      given: { image: "postgres:13.9" },
      evidence: ["no hba_file is set, and POSTGRES_INITDB_ARGS has no --auth-host=scram-sha-256"],
    },
    {
      name: "a server that is told nothing, of a version that nobody knows",
      type,
      given: { image: "postgres:${var.version}" },
      evidence: [
        "no hba_file is set, and POSTGRES_INITDB_ARGS has no --auth-host=scram-sha-256, and which version decides is not known",
      ],
    },
    {
      name: "an older method",
      type,
      given: { image: "postgres:17", env: ["POSTGRES_HOST_AUTH_METHOD=md5"] },
      evidence: ["POSTGRES_HOST_AUTH_METHOD is md5"],
    },
    {
      name: "arguments known only at apply",
      type,
      given: { image: "postgres:15", env: ["POSTGRES_INITDB_ARGS=${var.a}"] },
      evidence: ["POSTGRES_INITDB_ARGS is known only at apply"],
    },
    {
      name: "records that are not here, and md5 hashes",
      type,
      given: postgres([CONF[0] as string, "password_encryption = md5"]),
      evidence: [
        'password_encryption is "md5" (postgresql.conf line 2)',
        "hba_file /etc/server/pg_hba.conf has a text that is not known here",
      ],
    },
    {
      name: "a configuration that is not here",
      type,
      given: { image: "postgres:15", command: ["postgres", "-c", "config_file=/etc/p/postgresql.conf"] },
      evidence: ["cannot be judged: /etc/p/postgresql.conf: its text is not known here"],
    },
    {
      name: "a configuration that names no records",
      type: "file/postgresql.conf",
      given: alone("postgresql.conf", ["port = 5432"]),
      evidence: ["hba_file is not set"],
    },
  ],
  accepts: [
    {
      name: "SCRAM in both files",
      type,
      given: { ...postgres(CONF), upload: [upload("postgresql.conf", CONF), HBA] },
      examined: 2,
    },
    {
      name: "SCRAM from the first start",
      type,
      given: { image: "postgres:15", env: ["POSTGRES_INITDB_ARGS=--locale=C --auth-host=scram-sha-256"] },
    },
    { name: "the default of 14 and later", type, given: { image: "postgis/postgis:14-3.4" } },
    { name: "the default of the newest", type, given: { image: "postgres:alpine" } },
    { name: "another server", type, given: { image: "redis:7" }, examined: 0 },
  ],
});
