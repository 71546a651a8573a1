import { influxdbAsksForALogin } from "../../../policies/stores/influxdb-asks-for-a-login.ts";
import { judges } from "../judging.ts";
import { FILE, OPEN_PORT, UNSEEN } from "../programs.ts";

const first = { image: "influxdb:1.8" };
const off = "INFLUXDB_HTTP_AUTH_ENABLED is not set, and is off by default in version 1";
const PATH = "/etc/influxdb/influxdb.conf";

judges(influxdbAsksForALogin, "STO-003", {
  rejects: [
    { name: "version 1 as it comes", given: { ...first, ...OPEN_PORT(8086) }, evidence: [off] },
    { name: "for its networks", given: first, evidence: [{ severity: "medium", text: off }] },
    {
      name: "version 1 with a switch that is off",
      given: { ...first, env: ["INFLUXDB_HTTP_AUTH_ENABLED=false"], ...OPEN_PORT(8086) },
      evidence: ["INFLUXDB_HTTP_AUTH_ENABLED leaves authentication off"],
    },
    {
      name: "version 1 with a file that leaves it off",
      given: { ...first, ...FILE(PATH, "[http]\n  auth-enabled = false # later\n") },
      evidence: [{ severity: "medium", text: `http.auth-enabled in ${PATH} leaves authentication off` }],
    },
    {
      name: "a file that is not known here",
      given: { ...first, ...UNSEEN(PATH) },
      evidence: [`cannot be judged: ${PATH}: its text is not known here`],
    },
    {
      name: "a switch that is known only at apply",
      given: { ...first, env: ["INFLUXDB_HTTP_AUTH_ENABLED=${var.auth}"] },
      evidence: ["INFLUXDB_HTTP_AUTH_ENABLED is known only at apply"],
    },
    {
      name: "version 2 that nobody owns, and the newest",
      given: { image: "influxdb:2.7", ...OPEN_PORT(8086) },
      evidence: [
        {
          severity: "medium",
          text: "DOCKER_INFLUXDB_INIT_MODE is not set, so the first who opens the page owns it",
        },
      ],
    },
    {
      name: "version 2 that nobody owns, for its networks",
      given: { image: "influxdb:latest" },
      evidence: [
        {
          severity: "low",
          text: "DOCKER_INFLUXDB_INIT_MODE is not set, so the first who opens the page owns it",
        },
      ],
    },
    {
      name: "version 3 without a login",
      given: {
        image: "influxdb:3-core",
        command: ["influxdb3", "serve", "--without-auth"],
        ...OPEN_PORT(8181),
      },
      evidence: ["--without-auth turns authentication off"],
    },
  ],
  accepts: [
    { name: "version 1 with a login", given: { ...first, env: ["INFLUXDB_HTTP_AUTH_ENABLED=true"] } },
    { name: "a file that turns it on", given: { ...first, ...FILE(PATH, "[http]\nauth-enabled = true\n") } },
    {
      name: "version 2 that is set up",
      given: { image: "influxdb:2", env: ["DOCKER_INFLUXDB_INIT_MODE=setup"] },
    },
    {
      name: "version 3",
      given: { image: "quay.io/acme/influxdb3-core:3.0", command: ["influxdb3", "serve"] },
    },
    { name: "an image named by content", given: { image: `influxdb@sha256:${"a".repeat(64)}` } },
    { name: "a collector", given: { image: "telegraf:1.33" }, examined: 0 },
  ],
});
