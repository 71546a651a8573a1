import { databasesAskForAPassword } from "../../../policies/secrets/databases-ask-for-a-password.ts";
import { judges } from "../judging.ts";

judges(databasesAskForAPassword, "SEC-017", {
  rejects: [
    {
      name: "MySQL that other machines reach",
      type: "docker_container",
      given: {
        image: "mysql:8.4",
        env: ["MYSQL_ALLOW_EMPTY_PASSWORD=1"],
        ports: { internal: 3306, external: 3306 },
      },
      evidence: ["MYSQL_ALLOW_EMPTY_PASSWORD is on"],
    },
    {
      name: "Redis inside",
      type: "docker_container",
      given: { image: "bitnami/redis:7.4", env: ["ALLOW_EMPTY_PASSWORD=yes"] },
      evidence: [{ severity: "high", text: "ALLOW_EMPTY_PASSWORD is on" }],
    },
    {
      name: "a switch known only at apply",
      type: "docker_container",
      given: { image: "mariadb:11", env: ["MARIADB_ALLOW_EMPTY_ROOT_PASSWORD=${var.open}"] },
      evidence: ["MARIADB_ALLOW_EMPTY_ROOT_PASSWORD is known only at apply"],
    },
  ],
  accepts: [
    { name: "none", type: "docker_container", given: { image: "mysql:8.4" } },
    {
      name: "one that is off",
      type: "docker_container",
      given: {
        image: "bitnami/mariadb:11",
        env: ["ALLOW_EMPTY_PASSWORD=no", "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD="],
      },
    },
    {
      name: "a web page",
      type: "docker_container",
      given: { image: "nginx", env: ["ALLOW_EMPTY_PASSWORD=yes"] },
      examined: 0,
    },
  ],
});
