import { parseOnce } from "../facts/parsed-files.ts";
import { type Listener, parseMosquittoConf } from "../files/mosquitto-conf.ts";
import type { Settings } from "../files/settings.ts";
import { definePolicy } from "../policy.ts";

const isTrue = (value: string) => value === "true" || value === "1";

export const clientCertificatesAreNames = definePolicy({
  id: "MQT-020",
  severity: "medium",
  title: "a client certificate says who the client is, is signed by the fleet's CA and can be revoked",
  why: "A certificate that only opens the door lets each device speak in the name of another one.",
  avoid: `# mosquitto.conf
listener 8883
certfile /certs/broker.crt
keyfile /certs/broker.key
cafile /certs/devices.crt
require_certificate true`,
  prefer: `# mosquitto.conf
listener 8883
certfile /certs/broker.crt
keyfile /certs/broker.key
cafile /certs/devices.crt
crlfile /certs/devices.crl
require_certificate true
use_identity_as_username true
use_username_as_clientid true`,
  allowed:
    "with require_certificate true: use_identity_as_username (and use_username_as_clientid) or a password file; crlfile; a CA of one's own",
  fix: "write the four settings below the listener",
  source: "mosquitto.conf(5), require_certificate and use_identity_as_username",
  looksAt: ["file/mosquitto.conf"],
  where: (file) => parseOnce(file, parseMosquittoConf).listeners.some(asksForCertificates),
  check: (file) => {
    const { settings, listeners } = parseOnce(file, parseMosquittoConf);
    return listeners
      .filter(asksForCertificates)
      .flatMap((listener) =>
        problems(listener, settings).map((text) => `listener ${listener.port}: ${text}`),
      );
  },
});

const asksForCertificates = ({ settings }: Listener) =>
  isTrue(settings.last("require_certificate")?.value ?? "");

function problems({ settings: own }: Listener, settings: Settings): readonly string[] {
  const isName = ["use_identity_as_username", "use_subject_as_username"].some((name) =>
    isTrue(own.last(name)?.value ?? ""),
  );
  const hasPasswords = settings.last("password_file") !== undefined;
  const takesAnyId = settings.last("use_username_as_clientid");
  return [
    ...(isName || hasPasswords ? [] : ["use_identity_as_username is not true, and there are no passwords"]),
    ...(isName && !isTrue(takesAnyId?.value ?? "") ? ["use_username_as_clientid is not true"] : []),
    ...(own.last("crlfile") === undefined ? ["crlfile is not set"] : []),
    ...["cafile", "capath"]
      .flatMap((name) => own.all(name))
      .filter(({ value }) => /^\/(etc\/ssl|usr\/share\/ca-certificates|etc\/pki)/.test(value))
      .map(({ name, value, place }) => `${name} ${value} trusts every public CA (${place})`),
  ];
}
