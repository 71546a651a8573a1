/** RFC 6455, 11.8. */
export const FRAMES: Readonly<Record<number, string>> = {
  0: "continuation",
  1: "text",
  2: "binary",
  8: "close",
  9: "ping",
  10: "pong",
};

/** RFC 8446, B.1 and B.3; those of TLS 1.2 by RFC 5246, 7.4. */
export const HANDSHAKE = "22";
export const RECORDS: Readonly<Record<string, string>> = {
  20: "ChangeCipherSpec",
  21: "Alert",
  23: "encrypted data",
};
export const HANDSHAKES: Readonly<Record<string, string>> = {
  1: "ClientHello",
  2: "ServerHello",
  4: "NewSessionTicket",
  11: "Certificate",
  12: "ServerKeyExchange",
  13: "CertificateRequest",
  14: "ServerHelloDone",
  15: "CertificateVerify",
  16: "ClientKeyExchange",
  20: "Finished",
};

/** RFC 8446, 6. */
export const ALERTS: Readonly<Record<string, string>> = {
  0: "close_notify",
  10: "unexpected_message",
  40: "handshake_failure",
  42: "bad_certificate",
  44: "certificate_revoked",
  45: "certificate_expired",
  46: "certificate_unknown",
  48: "unknown_ca",
  70: "protocol_version",
  112: "unrecognized_name",
  116: "certificate_required",
};

/** MQTT 3.1.1, 2.2.1, and MQTT 5, 2.1.2. */
export const PUBLISH = "3";
export const MQTT: readonly (string | undefined)[] = [
  ...[undefined, "CONNECT", "CONNACK", "PUBLISH", "PUBACK", "PUBREC", "PUBREL", "PUBCOMP"],
  ...["SUBSCRIBE", "SUBACK", "UNSUBSCRIBE", "UNSUBACK", "PINGREQ", "PINGRESP", "DISCONNECT", "AUTH"],
];

/** MQTT 3.1.1, 3.2.2.3 and 3.9.3, and MQTT 5, 2.4. */
export const REASONS: Readonly<Record<number, string>> = {
  1: "protocol version",
  2: "client id",
  3: "server unavailable",
  4: "user name or password",
  5: "not authorized",
  128: "no reason given",
  132: "protocol version",
  133: "client id",
  134: "user name or password",
  135: "not authorized",
  151: "quota exceeded",
};
