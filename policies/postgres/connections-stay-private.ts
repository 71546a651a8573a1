import { reworded } from "../evidence.ts";
import { isFile, isServer } from "../facts/deliveries.ts";
import { waysOut } from "../facts/networks.ts";
import { POSTGRES, postgresSettings } from "../facts/postgres.ts";
import { isOn } from "../files/postgresql-conf.ts";
import { definePolicy } from "../policy.ts";

export const connectionsStayPrivate = definePolicy({
  id: "PGS-005",
  severity: "medium",
  title: "the traffic of PostgreSQL stays on the machine or is encrypted",
  why: "Between machines anyone who sits in between reads the rows; on an internal bridge nobody does.",
  avoid: "image: postgres:17",
  prefer: `services:
  db: {image: "postgres:17", networks: [data]}
networks: {data: {internal: true}}`,
  allowed: "ssl on with ssl_cert_file and ssl_key_file, or none but internal bridge networks",
  fix: "put it on an internal network, or turn ssl on and give it a certificate",
  source: "PostgreSQL documentation, ssl-tcp",
  looksAt: POSTGRES,
  where: isServer("postgres"),
  enforcedIn: ["production"],
  check: (resource, stack) => {
    const settings = postgresSettings(resource, stack);
    if (isOn(settings.last("ssl")?.value ?? ""))
      return ["ssl_cert_file", "ssl_key_file"].flatMap((name) =>
        settings.must(name, (value) => value !== ""),
      );
    if (isFile(resource))
      return [{ notEnforceable: "ssl is not on, and the networks of its server are not known here" }];
    return waysOut(resource, stack).map((evidence) =>
      reworded(evidence, (text) => `ssl is not on, and ${text}`),
    );
  },
});
