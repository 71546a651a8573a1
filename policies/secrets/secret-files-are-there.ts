import { type Evidence, unknown } from "../evidence.ts";
import { isProvided } from "../facts/deliveries.ts";
import { type Variable, variablesOf } from "../facts/environment.ts";
import { soundsSecret } from "../facts/secret-names.ts";
import { RUNS } from "../facts/services.ts";
import { definePolicy } from "../policy.ts";
import { show } from "../values.ts";

export const secretFilesAreThere = definePolicy({
  id: "SEC-009",
  severity: "high",
  title: "every variable NAME_FILE of a secret names a file that the container is given",
  why: "A secret that is not there is read as an empty one by many programs, and some then ask for none.",
  avoid: "environment: {DB_PASSWORD_FILE: /run/secrets/db}",
  prefer: `services:
  web:
    image: example/app:1.0
    environment: {DB_PASSWORD_FILE: /run/secrets/db}
    secrets: [db]
secrets:
  db: {file: ./db_password}`,
  allowed:
    "a path below a mount, of an upload or of a secret; in a volume that a job fills, a file that it puts there",
  fix: "deliver the file, or fix its path",
  words: { compose: { allowed: "a path below a mount, of a config or of a secret" } },
  source: "docker-library/official-images, Docker Secrets",
  looksAt: RUNS,
  where: (container) => variablesOf(container).some(namesSecretFile),
  check: (container, stack) =>
    variablesOf(container)
      .filter(namesSecretFile)
      .flatMap(({ name, value }): readonly Evidence[] => {
        if (value === undefined) return [unknown(`${name} is known only at apply`)];
        return value === "" || isProvided(value, container, stack)
          ? []
          : [`${name} is ${show(value)}, where nothing is put`];
      }),
});

/** Of a secret, of a key or of what checks one: `LOG_FILE` and `PID_FILE` name what the program writes itself. */
const namesSecretFile = ({ name, text }: Variable): boolean => {
  const [, base] = /^(.+)_FILE$/.exec(name) ?? [];
  return (
    base !== undefined &&
    (text.startsWith("/run/secrets/") ||
      soundsSecret(base) ||
      /(^|_)(KEY|CERT|CERTS|CA|CAFILE|CERTIFICATE|USER|USERNAME|DSN|URL)$/.test(base))
  );
};
