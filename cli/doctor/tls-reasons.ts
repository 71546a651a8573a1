/** What a TLS handshake ended with, as a device meets it. */
export interface TlsReason {
  readonly what: string;
  readonly remedy: string;
}

const UNTRUSTED = [
  ...["SELF_SIGNED_CERT_IN_CHAIN", "DEPTH_ZERO_SELF_SIGNED_CERT", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
  ...["UNABLE_TO_GET_ISSUER_CERT", "UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "CERT_SIGNATURE_FAILURE"],
];

/** Told apart: the CA, the name, the dates, and a listener that speaks no TLS. */
export function tlsReason({ code = "", message }: NodeJS.ErrnoException): TlsReason {
  if (UNTRUSTED.includes(code))
    return {
      what: `the certificate is signed by a CA that clients of this deployment do not trust (${code})`,
      remedy:
        "exploreiot certificates shows what is served; exploreiot up publishes the deployment's own again",
    };
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID")
    return {
      what: `the certificate is for another name: ${message.replace(/^.*?altnames: /i, "")}`,
      remedy:
        "let the device use a name of hosts, or add the name that it uses to hosts and run exploreiot up",
    };
  if (code === "CERT_HAS_EXPIRED" || code === "CERT_NOT_YET_VALID")
    return {
      what:
        code === "CERT_HAS_EXPIRED"
          ? "the certificate has expired"
          : "the certificate is not valid yet, by this machine's clock",
      remedy: "exploreiot up renews it; if it is valid by its dates, set the clock",
    };
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|UNEXPECTED_MESSAGE/.test(code) || isCutOff(code, message))
    return {
      what: `what answers there speaks no TLS, but clear text (${code || message})`,
      remedy: "exploreiot ports shows who holds the port; exploreiot up makes the listener as configured",
    };
  return {
    what: `the handshake ends with ${code || message}`,
    remedy: "exploreiot logs mosquitto shows the broker's side",
  };
}

/** A broker in clear text takes the first bytes of a handshake for a broken packet and closes. */
const isCutOff = (code: string, message: string): boolean =>
  code === "ECONNRESET" || /disconnected before secure TLS|closed before/.test(message);
