import { certificatesOfServicesAreChecked } from "../../../policies/traefik/certificates-of-services-are-checked.ts";
import { judges } from "../judging.ts";
import { FILE } from "../programs.ts";

const traefik = { image: "traefik:v3.3" };

judges(certificatesOfServicesAreChecked, "TRF-004", {
  rejects: [
    {
      name: "no check",
      given: { ...traefik, command: ["--serversTransport.insecureSkipVerify=true"] },
      evidence: ["--serversTransport.insecureSkipVerify turns the check off"],
    },
    {
      name: "no check, in a file",
      given: {
        ...traefik,
        ...FILE("/etc/traefik/traefik.toml", "[serversTransport]\n  insecureSkipVerify = true\n"),
      },
      evidence: ["serverstransport.insecureskipverify in /etc/traefik/traefik.toml turns the check off"],
    },
    {
      name: "a switch that is known only at apply",
      given: { ...traefik, env: ["TRAEFIK_SERVERSTRANSPORT_INSECURESKIPVERIFY=${var.skip}"] },
      evidence: ["TRAEFIK_SERVERSTRANSPORT_INSECURESKIPVERIFY is known only at apply"],
    },
  ],
  accepts: [
    { name: "an authority", given: { ...traefik, command: ["--serversTransport.rootCAs=/ca.pem"] } },
    {
      name: "a switch that is off",
      given: { ...traefik, command: ["--serversTransport.insecureSkipVerify=false"] },
    },
  ],
});
