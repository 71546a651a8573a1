/** Suites of TLS 1.3 with a short tag, or without encryption (RFC 9150): OpenSSL uses them only if they are named. */
export const WEAK_SUITES = /TLS_AES_128_CCM_8_SHA256|TLS_SHA(256|384)_SHA(256|384)/;
