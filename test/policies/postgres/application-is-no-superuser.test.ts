import { applicationIsNoSuperuser } from "../../../policies/postgres/application-is-no-superuser.ts";
import { judges } from "../judging.ts";
import { alone, file, server } from "../servers.ts";

const type = "docker_container";
const around = server({ image: "postgres:15", env: ["POSTGRES_USER=boss"] });

judges(applicationIsNoSuperuser, "PGS-004", {
  rejects: [
    {
      name: "roles with powers, and a database for everybody",
      given: alone("init.sql", [
        "CREATE ROLE app LOGIN SUPERUSER",
        "  CREATEDB;",
        'ALTER USER "app" WITH BYPASSRLS;',
        "CREATE DATABASE app OWNER app;",
        "CREATE DATABASE other;",
        "REVOKE ALL ON DATABASE other FROM PUBLIC;",
      ]),
      evidence: [
        "APP is given SUPERUSER (line 1)",
        "APP is given CREATEDB (line 1)",
        "app is given BYPASSRLS (line 3)",
        "PUBLIC is not revoked from the database APP (line 4)",
        "PUBLIC is not revoked from the database postgres",
      ],
    },
    {
      name: "replication for a role that is let into a database as well, and for one whose records are not known",
      type: "file/sql",
      given: file("init.sql", [
        "CREATE ROLE copy LOGIN REPLICATION;",
        'ALTER ROLE "app" REPLICATION;',
        'ALTER ROLE "other" REPLICATION;',
      ]),
      around: {
        "file/pg_hba.conf": {
          Hba: file("pg_hba.conf", [
            "host replication copy,app samenet scram-sha-256",
            "host app app all scram-sha-256",
          ]),
        },
      },
      evidence: ["app is given REPLICATION (line 2)", "other is given REPLICATION (line 3)"],
    },
    {
      name: "superusers over the network",
      type: "file/pg_hba.conf",
      given: alone("pg_hba.conf", ["host all all all scram-sha-256", "hostssl all boss,app all cert"]),
      around,
      evidence: [
        "all may log in over the network (pg_hba.conf line 1)",
        "boss may log in over the network (pg_hba.conf line 2)",
      ],
    },
    {
      name: "applications that log in as the superuser",
      type,
      given: { image: "app", env: ["DATABASE_USER=boss", "REPORT_URL=postgresql+asyncpg://postgres@db/app"] },
      around,
      evidence: ["DATABASE_USER logs in as boss, a superuser", "REPORT_URL logs in as postgres, a superuser"],
    },
    {
      name: "a user known only at apply",
      type,
      given: { image: "app", env: ["PGUSER=${var.u}"] },
      evidence: ["PGUSER is known only at apply"],
    },
  ],
  accepts: [
    {
      name: "a role that owns its database, and no more",
      given: alone("init.sql", [
        "CREATE ROLE \"app\" LOGIN NOSUPERUSER NOCREATEDB PASSWORD :'password';",
        'CREATE DATABASE "app" OWNER "app"; REVOKE ALL ON DATABASE "app" FROM PUBLIC;',
        "REVOKE ALL ON DATABASE postgres FROM PUBLIC;",
      ]),
    },
    {
      name: "a role that replicates and does nothing else",
      type: "file/sql",
      examined: 2,
      given: file("init.sql", ['ALTER ROLE "copy" LOGIN NOSUPERUSER REPLICATION;']),
      around: {
        "file/pg_hba.conf": {
          Hba: file("pg_hba.conf", [
            "local all postgres peer",
            "host app app all scram-sha-256",
            "host replication copy samenet scram-sha-256",
          ]),
        },
      },
    },
    { name: "a role for a database that is there", given: alone("init.sql", ["CREATE ROLE app LOGIN;"]) },
    {
      name: "the application over the network, the superuser inside",
      type: "file/pg_hba.conf",
      given: alone("pg_hba.conf", [
        "local all postgres peer",
        "host all postgres all reject",
        "host app app all scram-sha-256",
      ]),
    },
    { name: "a user of its own", type, given: { image: "app", env: ["DB_USER=app"] }, around },
    { name: "no client", type, given: { image: "app", env: ["PORT=1"] }, examined: 0 },
  ],
});
