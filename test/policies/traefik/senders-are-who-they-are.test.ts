import { sendersAreWhoTheyAre } from "../../../policies/traefik/senders-are-who-they-are.ts";
import { judges } from "../judging.ts";
import { FILE } from "../programs.ts";

const traefik = { image: "traefik:v3.3" };

judges(sendersAreWhoTheyAre, "TRF-005", {
  rejects: [
    {
      name: "clients that are believed",
      given: {
        ...traefik,
        command: [
          "--entryPoints.web.forwardedHeaders.insecure",
          "--entrypoints.web.proxyprotocol.insecure=true",
        ],
      },
      evidence: [
        "--entryPoints.web.forwardedHeaders.insecure believes every client",
        "--entrypoints.web.proxyprotocol.insecure believes every client",
      ],
    },
    {
      name: "in a file",
      given: {
        ...traefik,
        ...FILE("/etc/traefik/traefik.yml", "entryPoints: {web: {forwardedHeaders: {insecure: true}}}"),
      },
      evidence: [
        "entrypoints.web.forwardedheaders.insecure in /etc/traefik/traefik.yml believes every client",
      ],
    },
    {
      name: "a switch that is known only at apply",
      given: { ...traefik, env: ["TRAEFIK_ENTRYPOINTS_WEB_FORWARDEDHEADERS_INSECURE=${var.x}"] },
      evidence: ["TRAEFIK_ENTRYPOINTS_WEB_FORWARDEDHEADERS_INSECURE is known only at apply"],
    },
  ],
  accepts: [
    {
      name: "proxies that are listed",
      given: { ...traefik, command: ["--entryPoints.web.forwardedHeaders.trustedIPs=192.0.2.1"] },
    },
    {
      name: "a switch that is off",
      given: { ...traefik, command: ["--entryPoints.web.forwardedHeaders.insecure=false"] },
    },
  ],
});
