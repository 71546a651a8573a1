import { namesInCertificate, tlsFailure } from "../../runners/tls-failure.ts";

/** The end of a TLS handshake, as a device meets it. */
export interface TlsReason {
  readonly what: string;
  readonly remedy: string;
}

/** Told apart: the CA, the name, the dates, and a listener that speaks no TLS. */
export function tlsReason(error: NodeJS.ErrnoException): TlsReason {
  const { code = "", message } = error;
  const failure = tlsFailure(error);
  if (failure === "untrusted")
    return {
      what: `the certificate is signed by a CA that clients of this deployment do not trust (${code})`,
      remedy:
        "exploreiot certificates shows what is served; exploreiot up publishes the deployment's own again",
    };
  if (failure === "other name")
    return {
      what: `the certificate is for another name: ${namesInCertificate(error)}`,
      remedy:
        "let the device use a name of hosts, or add the name that it uses to hosts and run exploreiot up",
    };
  if (failure === "expired" || failure === "not valid yet")
    return {
      what:
        failure === "expired"
          ? "the certificate has expired"
          : "the certificate is not valid yet, by this machine's clock",
      remedy: "exploreiot up renews it; if it is valid by its dates, set the clock",
    };
  if (failure === "no TLS")
    return {
      what: `what answers there speaks no TLS, but clear text (${code || message})`,
      remedy: "exploreiot ports shows who holds the port; exploreiot up makes the listener as configured",
    };
  return {
    what: `the handshake ends with ${code || message}`,
    remedy: "exploreiot logs mosquitto shows the broker's side",
  };
}
