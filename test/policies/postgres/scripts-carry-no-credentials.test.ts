import { scriptsCarryNoCredentials } from "../../../policies/postgres/scripts-carry-no-credentials.ts";
import { judges } from "../judging.ts";
import { alone } from "../servers.ts";

const sql = (...lines: string[]) => alone("init.sql", lines);

judges(scriptsCarryNoCredentials, "PGS-014", {
  rejects: [
    {
      name: "passwords of every kind, without printing them",
      given: sql(
        "CREATE ROLE app LOGIN",
        "  PASSWORD 'hunter2';",
        "\\set api_token hunter2",
        "SELECT dblink_connect('host=a password=hunter2');",
        "CREATE SERVER s OPTIONS (url 'postgres://u:hunter2@h/d');",
        "ALTER USER app PASSWORD $$hunter2$$;",
      ),
      evidence: [
        "line 1 holds a password",
        "line 3 holds a password",
        "line 4 holds a password",
        "line 5 holds a password",
        "line 6 holds a password",
      ],
    },
    {
      name: "passwords that the log may quote: before it is told not to, and after it is told too little",
      given: sql(
        "CREATE ROLE one PASSWORD :'password';",
        "SET log_min_error_statement TO error;",
        "ALTER ROLE two PASSWORD :'password';",
        "SET log_min_error_statement TO fatal;",
        "ALTER ROLE three PASSWORD :'password';",
      ),
      evidence: [
        "line 1 is written into the log with its password if it fails",
        "line 3 is written into the log with its password if it fails",
      ],
    },
    {
      name: "a text that does not end",
      given: sql("SELECT 1;", "SELECT 'a"),
      evidence: ["cannot be judged: init.sql line 2: a quote does not end"],
    },
    {
      name: "a text that is not here",
      given: { file: "/i.sql" },
      evidence: ["cannot be judged: i.sql: its text is not known here"],
    },
  ],
  accepts: [
    {
      name: "a variable that is read from a file",
      given: sql(
        "\\set password `cat /run/app.password`",
        "SET log_min_error_statement = 'panic';",
        "-- PASSWORD 'hunter2'",
        "CREATE ROLE app PASSWORD :'password'; /* PASSWORD 'x' */",
      ),
    },
  ],
});
