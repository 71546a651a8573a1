import { engineIsReachedSafely } from "../../../policies/tls/engine-is-reached-safely.ts";
import { judges } from "../judging.ts";

judges(engineIsReachedSafely, "TLS-013", {
  rejects: [
    {
      name: "TCP",
      given: { host: "tcp://192.0.2.1:2376" },
      evidence: ['host is "tcp://192.0.2.1:2376", without certificates'],
    },
    {
      name: "the port for clear text, no matter what else is set",
      given: { host: "tcp://192.0.2.1:2375/", cert_path: "/certs" },
      evidence: ['host is "tcp://192.0.2.1:2375/"'],
    },
    { name: "HTTP", given: { host: "http://192.0.2.1" }, evidence: ['host is "http://192.0.2.1"'] },
    {
      name: "a part of the certificates",
      given: { host: "tcp://h:2376", ca_material: "a", cert_material: "b", key_material: "" },
      evidence: ['host is "tcp://h:2376", without certificates'],
    },
    {
      name: "a host known only at apply",
      given: { host: "${var.host}" },
      evidence: ['host is "${var.host}", known only at apply'],
    },
  ],
  accepts: [
    { name: "the default", given: {} },
    { name: "a socket", given: { host: "unix:///run/docker.sock" } },
    { name: "SSH", given: { host: "ssh://deploy@iot.example.org:22" } },
    { name: "TLS by a folder", given: { host: "tcp://h:2376", cert_path: "/certs" } },
    {
      name: "TLS by values",
      given: {
        host: "tcp://h:2376",
        ca_material: "${var.ca}",
        cert_material: "${var.cert}",
        key_material: "${var.key}",
      },
    },
  ],
});
