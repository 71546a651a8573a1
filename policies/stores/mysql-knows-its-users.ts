import { runs } from "../facts/deliveries.ts";
import { isOff } from "../facts/environment.ts";
import { byExposure } from "../facts/exposure.ts";
import { byOption, whereBad } from "../facts/program-settings.ts";
import { RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";

export const mysqlKnowsItsUsers = definePolicy({
  id: "STO-001",
  severity: "critical",
  title: "MySQL and MariaDB read their table of users",
  why: "Without the table of users everybody who reaches the database is its superuser, and no password is asked for. The option is there to reset a forgotten password, and is then left on.",
  avoid: "image: mysql:8.4\ncommand: --skip-grant-tables",
  prefer: "image: mysql:8.4\ncommand: --max-connections=200",
  allowed: "no --skip-grant-tables in command and entrypoint",
  fix: "remove the option; set a new password with ALTER USER in a file that --init-file names once",
  source: "MySQL 8.4 reference manual, --skip-grant-tables",
  looksAt: RUNS,
  where: runs("mysql"),
  check: (resource) =>
    byExposure(
      [resource],
      "high",
      whereBad(
        byOption(resource, "skip-grant-tables", "skip_grant_tables"),
        (value) => !isOff(value),
        "lets everybody in as anybody",
      ),
    ),
});
