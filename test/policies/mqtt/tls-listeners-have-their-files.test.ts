import { tlsListenersHaveTheirFiles } from "../../../policies/mqtt/tls-listeners-have-their-files.ts";
import { judges } from "../judging.ts";
import { alone, broker, file } from "../servers.ts";

const conf = (...lines: string[]) => file("mosquitto.conf", ["listener 8883", ...lines]);
const around = broker({ volumes: { container_path: "/certs", volume_name: "certs", read_only: true } });

judges(tlsListenersHaveTheirFiles, "MQT-006", {
  rejects: [
    {
      name: "the port of TLS in clear",
      given: conf("max_connections 5"),
      evidence: ["certfile of listener 8883 is not set", "keyfile of listener 8883 is not set"],
    },
    {
      name: "client certificates without a CA, and a key that is missing",
      given: conf("certfile /certs/a.crt", "require_certificate true"),
      evidence: ["keyfile of listener 8883 is not set", "cafile of listener 8883 is not set"],
    },
    {
      name: "a key that the broker is not given",
      given: conf("certfile /certs/a.crt", "keyfile /keys/a.key"),
      around,
      evidence: ["keyfile /keys/a.key is not given to the broker (mosquitto.conf line 3)"],
    },
  ],
  accepts: [
    {
      name: "a certificate, its key and the CA of its clients",
      given: conf(
        "certfile /certs/a.crt",
        "keyfile /certs/a.key",
        "require_certificate true",
        "cafile /certs/ca.crt",
      ),
      around,
    },
    { name: "a broker without TLS", given: alone("mosquitto.conf", ["listener 1883"]), examined: 0 },
  ],
});
