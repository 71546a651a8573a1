import { apiAsksForALogin } from "../../../policies/traefik/api-asks-for-a-login.ts";
import { judges } from "../judging.ts";
import { FILE, LOOPBACK_PORT, OPEN_PORT, UNSEEN } from "../programs.ts";

const traefik = { image: "traefik:v3.3" };
const open = (place: string) => `${place} opens the API to everybody`;

judges(apiAsksForALogin, "TRF-001", {
  rejects: [
    {
      name: "the open API, published",
      given: { ...traefik, command: ["--api.insecure=true"], ...OPEN_PORT(8080) },
      evidence: [open("--api.insecure")],
    },
    {
      name: "without a value and in other letters, in the network of the host",
      given: { ...traefik, command: ["--API.Insecure"], network_mode: "host" },
      evidence: [open("--API.Insecure")],
    },
    {
      name: "by a variable, on loopback",
      given: { ...traefik, env: ["TRAEFIK_API_INSECURE=true"], ...LOOPBACK_PORT(8080) },
      evidence: [{ severity: "medium", text: open("TRAEFIK_API_INSECURE") }],
    },
    {
      name: "on another port than the published one",
      given: { ...traefik, command: ["--api.insecure"], ...OPEN_PORT(443) },
      evidence: [{ severity: "medium", text: open("--api.insecure") }],
    },
    {
      name: "at an entry point that was moved",
      given: {
        ...traefik,
        command: ["--api.insecure", "--entryPoints.traefik.address=:9000"],
        ...OPEN_PORT(9000),
      },
      evidence: [open("--api.insecure")],
    },
    {
      name: "in a file",
      given: {
        ...traefik,
        ...FILE("/etc/traefik/traefik.yml", "api:\n  insecure: true\n"),
        ...OPEN_PORT(8080),
      },
      evidence: [open("api.insecure in /etc/traefik/traefik.yml")],
    },
    {
      name: "in a file of TOML",
      given: {
        ...traefik,
        ...FILE("/traefik.toml", "[api]\ninsecure = true # for now\n"),
        ...OPEN_PORT(8080),
      },
      evidence: [open("api.insecure in /traefik.toml")],
    },
    {
      name: "the API of version 1",
      given: { image: "traefik:1.7", command: ["--api", "--docker"], ...OPEN_PORT(8080) },
      evidence: [open("--api")],
    },
    {
      name: "a file that is not known here",
      given: { ...traefik, ...UNSEEN("/etc/traefik") },
      evidence: ["cannot be judged: /etc/traefik/traefik.yml: its text is not known here"],
    },
    {
      name: "a file elsewhere",
      given: { ...traefik, command: ["--configFile=/conf/t.yml"] },
      evidence: ["cannot be judged: /conf/t.yml: its text is not known here"],
    },
    {
      name: "a switch that is known only at apply",
      given: { ...traefik, env: ["TRAEFIK_API_INSECURE=${var.open}"] },
      evidence: ["TRAEFIK_API_INSECURE is known only at apply"],
    },
  ],
  accepts: [
    { name: "the API behind a route", given: { ...traefik, command: ["--api", "--api.dashboard=true"] } },
    { name: "a switch that is off", given: { ...traefik, command: ["--api.insecure=false"] } },
    {
      name: "a file without it",
      given: { ...traefik, ...FILE("/etc/traefik/traefik.yml", "log: {level: INFO}\n") },
    },
    { name: "routes next to no file", given: { ...traefik, ...UNSEEN("/etc/traefik/routes") } },
    { name: "another program", given: { image: "traefik/whoami", command: ["--api.insecure"] }, examined: 0 },
  ],
});
