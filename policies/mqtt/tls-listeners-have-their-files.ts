import { isProvided, readersOf } from "../facts/deliveries.ts";
import { parseOnce } from "../facts/parsed-files.ts";
import { type Listener, parseMosquittoConf } from "../files/mosquitto-conf.ts";
import { definePolicy } from "../policy.ts";

/** Ports that are for TLS by agreement: MQTT over TLS, and the usual one over WebSockets. */
const TLS_PORTS = [8883, 8884];
const FILES = ["certfile", "keyfile", "cafile", "capath", "crlfile"];

export const tlsListenersHaveTheirFiles = definePolicy({
  id: "MQT-006",
  severity: "high",
  title: "a listener with TLS has its certificate, its key and, for client certificates, its CA",
  why: "A listener on 8883 without a certificate speaks in clear, and every client believes that it does not.",
  avoid: `# mosquitto.conf
listener 8883
keyfile /certs/broker.key`,
  prefer: `services:
  broker:
    image: eclipse-mosquitto:2.0
    configs:
      - {source: conf, target: /mosquitto/config/mosquitto.conf}
    volumes: ["certs:/certs:ro"]
configs:
  conf:
    content: |
      listener 8883
      certfile /certs/broker.crt
      keyfile /certs/broker.key
volumes: {certs: {}}`,
  allowed:
    "certfile and keyfile, cafile or capath with require_certificate, each at a path that the container is given",
  fix: "write the files below the listener and mount the volume that holds them",
  source: "mosquitto.conf(5), Certificate based SSL/TLS Support",
  looksAt: ["file/mosquitto.conf"],
  where: (file) => parseOnce(file, parseMosquittoConf).listeners.some(isForTls),
  check: (file, stack) =>
    parseOnce(file, parseMosquittoConf)
      .listeners.filter(isForTls)
      .flatMap((listener) => [
        ...unset(listener),
        ...FILES.flatMap((name) => listener.settings.all(name))
          .filter(({ value }) => readersOf(file, stack).some((reader) => !isProvided(value, reader, stack)))
          .map(({ name, value, place }) => `${name} ${value} is not given to the broker (${place})`),
      ]),
});

const isForTls = ({ port, settings }: Listener) =>
  TLS_PORTS.includes(port) || FILES.some((name) => settings.last(name) !== undefined);

function unset({ port, settings }: Listener): readonly string[] {
  const has = (name: string) => settings.last(name) !== undefined;
  const missing = ["certfile", "keyfile"].filter((name) => !has(name));
  const wantsCa = settings.last("require_certificate")?.value === "true" && !has("cafile") && !has("capath");
  return [...missing, ...(wantsCa ? ["cafile"] : [])].map((name) => `${name} of listener ${port} is not set`);
}
