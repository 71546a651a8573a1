import { clientCertificatesAreNames } from "../../../policies/mqtt/client-certificates-are-names.ts";
import { judges } from "../judging.ts";
import { alone } from "../servers.ts";

const conf = (...lines: string[]) =>
  alone("mosquitto.conf", ["listener 8883", "require_certificate true", ...lines]);

judges(clientCertificatesAreNames, "MQT-020", {
  rejects: [
    {
      name: "certificates that only open the door",
      given: conf("cafile /etc/ssl/certs/ca-certificates.crt"),
      evidence: [
        "listener 8883: use_identity_as_username is not true, and there are no passwords",
        "listener 8883: crlfile is not set",
        "listener 8883: cafile /etc/ssl/certs/ca-certificates.crt trusts every public CA (mosquitto.conf line 3)",
      ],
    },
    {
      name: "names that may take any client id",
      given: conf("use_identity_as_username true", "crlfile /c/crl", "use_username_as_clientid false"),
      evidence: ["listener 8883: use_username_as_clientid is not true"],
    },
  ],
  accepts: [
    {
      name: "a name, an id and a revocation list",
      given: conf(
        "use_identity_as_username true",
        "use_username_as_clientid true",
        "crlfile /c/crl",
        "cafile /c/ca",
      ),
    },
    { name: "passwords as well", given: conf("crlfile /c/crl", "password_file /p") },
    { name: "a listener without", given: alone("mosquitto.conf", ["listener 8883"]), examined: 0 },
  ],
});
