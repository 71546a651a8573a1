import { unknown } from "../evidence.ts";
import { isOn, type Variable, variablesOf } from "../facts/environment.ts";
import { byExposure } from "../facts/exposure.ts";
import { isDatabase, RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";

/** Switches of the official images of MySQL and MariaDB, and of Bitnami's. */
const OPEN = /^((MYSQL|MARIADB)_)?ALLOW_EMPTY_(ROOT_)?PASSWORD$/;

export const databasesAskForAPassword = definePolicy({
  id: "SEC-017",
  severity: "critical",
  title: "no database is told to go without a password",
  why: "Anyone on its network is the superuser of such a database, an intruder in the smallest of its neighbours among them.",
  avoid: `image: mysql:8.4
environment: {MYSQL_ALLOW_EMPTY_PASSWORD: "yes"}`,
  prefer: `image: mysql:8.4
environment: {MYSQL_ROOT_PASSWORD_FILE: /run/secrets/mysql}`,
  allowed:
    "MYSQL_ALLOW_EMPTY_PASSWORD, MARIADB_ALLOW_EMPTY_ROOT_PASSWORD and ALLOW_EMPTY_PASSWORD unset or off",
  fix: "remove the variable, and name a file with the password in MYSQL_ROOT_PASSWORD_FILE or its like",
  source: "documentation of the mysql, mariadb and Bitnami's images",
  looksAt: RUNS,
  where: isDatabase,
  check: (container) => {
    const switches = variablesOf(container).filter(({ name }) => OPEN.test(name));
    return [
      ...byExposure(
        [container],
        "high",
        switches.filter(isStated).map(({ name }) => `${name} is on`),
      ),
      ...switches
        .filter(({ value }) => value === undefined)
        .map(({ name }) => unknown(`${name} is known only at apply`)),
    ];
  },
});

/** MySQL's image takes any text for yes. */
const isStated = ({ name, value = "" }: Variable): boolean =>
  name.startsWith("M") ? value !== "" : isOn(value);
