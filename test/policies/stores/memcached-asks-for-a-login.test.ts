import { memcachedAsksForALogin } from "../../../policies/stores/memcached-asks-for-a-login.ts";
import { judges } from "../judging.ts";
import { OPEN_PORT } from "../programs.ts";

const cache = { image: "memcached:1.6-alpine" };
const open = "command turns no login on";

judges(memcachedAsksForALogin, "STO-006", {
  rejects: [
    { name: "one that is published as it comes", given: { ...cache, ...OPEN_PORT(11211) }, evidence: [open] },
    { name: "for its networks", given: cache, evidence: [{ severity: "low", text: open }] },
    {
      name: "a socket, whose option is a small letter",
      given: { ...cache, command: ["memcached", "-s", "/run/m.sock"] },
      evidence: [{ severity: "low", text: open }],
    },
  ],
  accepts: [
    { name: "SASL", given: { ...cache, command: ["memcached", "-S"], ...OPEN_PORT(11211) } },
    { name: "SASL in words", given: { ...cache, command: ["--enable-sasl"] } },
    { name: "a file of users", given: { ...cache, command: ["memcached", "-Y", "/users"] } },
    {
      name: "Bitnami's password",
      given: { image: "bitnami/memcached:1", env: ["MEMCACHED_PASSWORD_FILE=/s"] },
    },
    { name: "an exporter", given: { image: "prom/memcached-exporter:v0.15.0" }, examined: 0 },
  ],
});
