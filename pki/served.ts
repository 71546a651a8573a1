import type { X509Certificate } from "node:crypto";
import { isIP } from "node:net";
import { connect } from "node:tls";

const LIMIT_MS = 5_000;

/** Where a listener is reached, and the name that is asked for. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
  readonly host: string;
}

/**
 * The certificate that a listener serves right now, no matter who issued it. A listener that wants a client's certificate
 * shows its own first (TLS 1.3), so that is read all the same.
 *
 * @throws Error with the reason when no certificate was shown within 5 s
 */
export function servedCertificate({ address, port, host }: Endpoint): Promise<X509Certificate> {
  return new Promise((resolve, reject) => {
    const socket = connect({
      host: address,
      port,
      ...(isIP(host) === 0 ? { servername: host } : {}),
      // This is to find out whether anything is wrong with it.
      rejectUnauthorized: false,
    });
    socket.setTimeout(LIMIT_MS, () => socket.destroy(new Error(`no answer within ${LIMIT_MS / 1000} s`)));
    socket.once("error", reject);
    socket.once("secureConnect", () => {
      const certificate = socket.getPeerX509Certificate();
      socket.destroy();
      if (certificate === undefined) reject(new Error("it shows no certificate"));
      else resolve(certificate);
    });
  });
}
