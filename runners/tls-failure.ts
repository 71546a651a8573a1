/** How a TLS handshake fails, as far as it can be told apart. */
export type TlsFailure = "untrusted" | "other name" | "expired" | "not valid yet" | "no TLS" | "unknown";

const UNTRUSTED = [
  ...["SELF_SIGNED_CERT_IN_CHAIN", "DEPTH_ZERO_SELF_SIGNED_CERT", "UNABLE_TO_VERIFY_LEAF_SIGNATURE"],
  ...["UNABLE_TO_GET_ISSUER_CERT", "UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "CERT_SIGNATURE_FAILURE"],
];

export function tlsFailure({ code = "", message }: NodeJS.ErrnoException): TlsFailure {
  if (UNTRUSTED.includes(code)) return "untrusted";
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") return "other name";
  if (code === "CERT_HAS_EXPIRED") return "expired";
  if (code === "CERT_NOT_YET_VALID") return "not valid yet";
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|UNEXPECTED_MESSAGE/.test(code) || isCutOff(code, message))
    return "no TLS";
  return "unknown";
}

/** The names that a certificate is for, of an error that says that it is for another one. */
export function namesInCertificate(
  error: Error & { readonly cert?: { readonly subjectaltname?: string } },
): string {
  return error.cert?.subjectaltname ?? error.message.replace(/^.*altnames: /i, "");
}

/** A server in clear text takes the first bytes of a handshake for a broken packet and closes. */
const isCutOff = (code: string, message: string): boolean =>
  code === "ECONNRESET" || /disconnected before secure TLS|closed before/.test(message);
