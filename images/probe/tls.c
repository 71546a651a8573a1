/*
 * The first half of a TLS 1.2 handshake (RFC 5246, 7.3): up to the certificate, which that version sends in clear. A
 * server without a usable pair refuses here. Nothing is checked, and nothing is sent afterwards.
 */
#define _GNU_SOURCE
#include "tls.h"
#include "network.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>

enum { ALERT = 21, HANDSHAKE = 22, SERVER_HELLO = 2, CERTIFICATE = 11, RECORD_HEADER = 5, MESSAGE_HEADER = 4, RANDOM = 11 };

/** ClientHello. The 32 bytes at RANDOM are filled in. */
static const unsigned char HELLO[] = {
    // Record: handshake, TLS 1.0 as all clients say here, length.
    22, 3, 1, 0, 95,
    // Message: ClientHello, length, TLS 1.2, random, no session.
    1, 0, 0, 91, 3, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    // ECDHE with AES-GCM or ChaCha20, for ECDSA and RSA; no renegotiation. No compression.
    0, 14, 0xc0, 0x2b, 0xc0, 0x2f, 0xc0, 0x2c, 0xc0, 0x30, 0xcc, 0xa9, 0xcc, 0xa8, 0, 0xff, 1, 0,
    // Extensions: groups x25519, P-256, P-384; signatures by ECDSA, RSA-PSS and RSA.
    0, 36, 0, 10, 0, 8, 0, 6, 0, 29, 0, 23, 0, 24, 0, 13, 0, 20, 0, 18, 4, 3, 5, 3, 6, 3, 8, 4, 8, 5, 8, 6, 4, 1, 5, 1, 6, 1,
};

/** An alert that is no error: close_notify. */
static const unsigned char GOODBYE[] = {21, 3, 3, 0, 2, 1, 0};

/** Reads exactly so many bytes. */
static int read_whole(int fd, unsigned char *bytes, size_t size, long deadline) {
  for (size_t length = 0; length < size;) {
    if (!wait_for(fd, 0, deadline)) return 0;
    ssize_t got = recv(fd, bytes + length, size - length, 0);
    if (got <= 0) return 0;
    length += (size_t)got;
  }
  return 1;
}

/** The content of the next record; its type is returned, 0 where there is none. */
static int read_record(int fd, unsigned char *content, size_t *size, long deadline) {
  unsigned char header[RECORD_HEADER];
  if (!read_whole(fd, header, sizeof header, deadline)) return 0;
  size_t length = (size_t)header[3] << 8 | header[4];
  if (header[1] != 3 || length > *size || !read_whole(fd, content, length, deadline)) return 0;
  *size = length;
  return header[0];
}

int asks_for_certificate(int fd, long deadline) {
  unsigned char hello[sizeof HELLO], messages[4096];
  size_t have = 0, next = 0;
  memcpy(hello, HELLO, sizeof hello);
  if (getrandom(hello + RANDOM, 32, 0) != 32 || send(fd, hello, sizeof hello, MSG_NOSIGNAL) != sizeof hello) {
    puts("TLS: the connection was closed");
    return 1;
  }
  for (;;) {
    size_t size = sizeof messages - have;
    int type = read_record(fd, messages + have, &size, deadline);
    if (type == ALERT && size == 2) {
      printf("TLS: the server refuses the handshake (alert %d); it may have no certificate\n", messages[have + 1]);
      return 1;
    }
    if (type != HANDSHAKE) break;
    have += size;
    while (next + MESSAGE_HEADER <= have && messages[next] == SERVER_HELLO)
      next += MESSAGE_HEADER + ((size_t)messages[next + 1] << 16 | (size_t)messages[next + 2] << 8 | messages[next + 3]);
    if (next < have) {
      if (messages[next] == CERTIFICATE) {
        // Said goodbye to, the server has nothing to complain about in its log.
        send(fd, GOODBYE, sizeof GOODBYE, MSG_NOSIGNAL);
        return 0;
      }
      break;
    }
  }
  puts("TLS: the server does not answer with a certificate");
  return 1;
}
