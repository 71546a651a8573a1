import { mysqlKnowsItsUsers } from "../../../policies/stores/mysql-knows-its-users.ts";
import { judges } from "../judging.ts";
import { OPEN_PORT } from "../programs.ts";

judges(mysqlKnowsItsUsers, "STO-001", {
  rejects: [
    {
      name: "no table of users, for everybody",
      given: { image: "mysql:8.4", command: ["mysqld", "--skip-grant-tables"], ...OPEN_PORT(3306) },
      evidence: ["--skip-grant-tables lets everybody in as anybody"],
    },
    {
      name: "in one text, spelled as in a file, for its networks",
      given: { image: "mariadb:11", command: ["sh", "-c", "mariadbd --skip_grant_tables=ON"] },
      evidence: [{ severity: "high", text: "--skip_grant_tables lets everybody in as anybody" }],
    },
  ],
  accepts: [
    { name: "other options", given: { image: "mysql:8.4", command: ["--max-connections=9"] } },
    { name: "the option turned off", given: { image: "mysql:8.4", command: ["--skip-grant-tables=0"] } },
    {
      name: "another program",
      given: { image: "redis:7", command: ["--skip-grant-tables"] },
      examined: 0,
    },
  ],
});
