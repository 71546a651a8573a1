/* Copies between standard input and output and a connection, so that a program elsewhere can be its client. */
#define _GNU_SOURCE
#include "relay.h"

#include "network.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#define CONNECT_MS 3000

static int write_all(int fd, const char *data, ssize_t length) {
  while (length > 0) {
    ssize_t written = write(fd, data, (size_t)length);
    if (written < 0 && errno == EAGAIN) {
      struct pollfd wanted = {.fd = fd, .events = POLLOUT};
      poll(&wanted, 1, -1);
    } else if (written < 0 && errno != EINTR) {
      return -1;
    } else if (written > 0) {
      data += written;
      length -= written;
    }
  }
  return 0;
}

/** Copies what can be read. Returns 1 while there may be more, 0 at the end, -1 where either side has failed. */
static int copy(int from, int to) {
  char data[16384];
  ssize_t got = read(from, data, sizeof data);
  if (got < 0) return errno == EAGAIN || errno == EINTR ? 1 : -1;
  return got == 0 ? 0 : write_all(to, data, got) < 0 ? -1 : 1;
}

int relay(int port) {
  // Standard output belongs to the peer: why there is no connection goes to standard error.
  int output = dup(STDOUT_FILENO);
  if (output < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0) return 1;
  int peer = connect_to_own_address(port, now_ms() + CONNECT_MS);
  if (peer < 0) return 1;
  struct pollfd sides[] = {{.fd = peer, .events = POLLIN}, {.fd = STDIN_FILENO, .events = POLLIN}};
  for (;;) {
    if (poll(sides, 2, -1) < 0 && errno != EINTR) return 1;
    if (sides[0].revents != 0) {
      int more = copy(peer, output);
      if (more <= 0) return more == 0 ? 0 : 1;
    }
    if (sides[1].revents != 0) {
      int more = copy(STDIN_FILENO, peer);
      if (more < 0) return 1;
      if (more > 0) continue;
      // The client has said all; the service may still answer. A negative descriptor is not polled.
      shutdown(peer, SHUT_WR);
      sides[1].fd = -1;
    }
  }
}
