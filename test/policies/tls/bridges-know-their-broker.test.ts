import { bridgesKnowTheirBroker } from "../../../policies/tls/bridges-know-their-broker.ts";
import { judges } from "../judging.ts";
import { alone, broker, file } from "../servers.ts";

const conf = (...lines: string[]) => alone("mosquitto.conf", ["listener 1883", ...lines]);

/** A broker, and another one on the same network. */
const neighbours = {
  docker_container: {
    ...broker({ networks_advanced: { name: "${docker_network.inner.id}" } }).docker_container,
    Other: {
      image: "eclipse-mosquitto:2.0",
      name: "central",
      networks_advanced: { name: "${docker_network.inner.id}", aliases: ["central"] },
    },
  },
  docker_network: { inner: { name: "inner", driver: "bridge" } },
};

judges(bridgesKnowTheirBroker, "TLS-017", {
  rejects: [
    {
      name: "clear text",
      given: conf("connection cloud", "address broker.example.org:1883", "topic # out 1"),
      evidence: ["bridge cloud leads to broker.example.org in clear text: bridge_cafile is not set"],
    },
    {
      name: "the port of TLS in clear text, and one of two addresses that is elsewhere",
      given: conf("connection cloud", "addresses 127.0.0.1:8883 [2001:db8::1]:8883"),
      evidence: ["bridge cloud leads to 127.0.0.1 and 2001:db8::1 in clear text: bridge_cafile is not set"],
    },
    {
      name: "a name that is not checked, and old TLS",
      given: conf(
        "connection cloud",
        "address broker.example.org:8883",
        "bridge_cafile /certs/ca.crt",
        "bridge_insecure true",
        "bridge_tls_version tlsv1.1",
      ),
      evidence: [
        'bridge_insecure is "true" (mosquitto.conf line 5)',
        'bridge_tls_version is "tlsv1.1" (mosquitto.conf line 6)',
      ],
    },
    {
      name: "the second of two bridges, whose CA is that of the first and of the listener below",
      given: conf(
        "connection one",
        "address one.example.org:8883",
        "bridge_cafile /certs/ca.crt",
        "connection two",
        "address two.example.org",
        "listener 8883",
        "cafile /certs/ca.crt",
      ),
      evidence: ["bridge two leads to two.example.org in clear text: bridge_cafile is not set"],
    },
    {
      name: "a key without the name that it is for, and certificates of the system that are not used",
      given: conf(
        "connection cloud",
        "address broker.example.org:8883",
        "bridge_psk 1a2b",
        "bridge_tls_use_os_certs false",
      ),
      evidence: ["bridge cloud leads to broker.example.org in clear text: bridge_cafile is not set"],
    },
    {
      name: "a name that no container on its network answers to",
      given: file("mosquitto.conf", ["connection cloud", "address elsewhere:1883"]),
      around: neighbours,
      evidence: ["bridge cloud leads to elsewhere in clear text: bridge_cafile is not set"],
    },
  ],
  accepts: [
    {
      name: "a CA, and a name that is checked",
      given: conf(
        "connection cloud",
        "address broker.example.org:8883",
        "bridge_cafile /certs/ca.crt",
        "bridge_insecure false",
        "bridge_tls_version tlsv1.3",
      ),
    },
    {
      name: "a folder of CAs, those of the system, and a shared key",
      given: conf(
        ...["connection a", "address a.example.org:8883", "bridge_capath /certs"],
        ...["connection b", "address b.example.org:8883", "bridge_tls_use_os_certs true"],
        ...["connection c", "address c.example.org:8883", "bridge_identity plant", "bridge_psk 1a2b"],
      ),
    },
    { name: "a broker on this machine", given: conf("connection local", "address 127.0.0.1:1884") },
    {
      name: "a broker on the same network of this host",
      given: file("mosquitto.conf", ["connection cloud", "address central:1883"]),
      around: neighbours,
    },
    { name: "a broker without a bridge", given: conf("max_connections 5"), examined: 0 },
  ],
});
