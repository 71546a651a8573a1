/*
 * probe: asks a service of its own container whether it works. One static file without a library, so that it runs
 * in any Linux image, also in one that has no shell.
 *
 *   probe http PORT PATH HOST SECONDS            a GET is answered with 2xx or 3xx
 *   probe tcp PORT SECONDS [PROGRAM [ARG...]]    a connection is accepted; then PROGRAM decides
 *   probe tls PORT SECONDS [PROGRAM [ARG...]]    a handshake gets to the certificate; then PROGRAM decides
 *   probe process NAME                           a process of that name runs
 *   probe run PROGRAM [ARG...]                   PROGRAM decides
 *   probe steady EVERY WINDOW SECONDS CHECK...   one of these, again and again while the service works: EVERY and WINDOW in
 *                                                milliseconds, SECONDS for one check
 *   probe relay PORT                             no probe: copies between standard input and output and the port
 *   probe alone FOLDER PROGRAM [ARG...]          no probe: becomes PROGRAM once no other container has FOLDER
 *
 * It connects to the container's own address, as others do, and not to loopback: a service that listens on loopback
 * alone reaches nobody. Exit code 0 or 1, and one line that names the answer, which `docker inspect` keeps.
 */
#define _GNU_SOURCE
#include "alone.h"
#include "network.h"
#include "processes.h"
#include "relay.h"
#include "steady.h"
#include "tls.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static int usage(void) {
  fputs("probe http PORT PATH HOST SECONDS | probe tcp|tls PORT SECONDS [PROGRAM [ARG...]] | probe process NAME |\n"
        "probe run PROGRAM [ARG...] | probe steady EVERY WINDOW SECONDS CHECK... | probe relay PORT |\n"
        "probe alone FOLDER PROGRAM [ARG...]\n", stderr);
  return 2;
}

/** The first line of an answer without what a terminal or a log would stumble over. */
static void make_printable(char *text) {
  text[strcspn(text, "\r\n")] = '\0';
  for (; *text != '\0'; text++)
    if (!isprint((unsigned char)*text)) *text = '?';
}

/** Reads up to the end of the first line. Returns the number of bytes; -1 where the time is over or the peer is gone. */
static ssize_t read_line(int fd, char *line, size_t size, long deadline) {
  size_t length = 0;
  while (length < size - 1 && memchr(line, '\n', length) == NULL) {
    if (!wait_for(fd, 0, deadline)) return -1;
    ssize_t got = recv(fd, line + length, size - 1 - length, 0);
    if (got < 0) return -1;
    if (got == 0) break;
    length += (size_t)got;
  }
  line[length] = '\0';
  return (ssize_t)length;
}

/** Names the answer; 400, 403 and 421 are also how an application refuses a name that it does not know as its own. */
static int judge(const char *path, const char *host, char *line) {
  int code = 0, reason = 0;
  make_printable(line);
  if (sscanf(line, "HTTP/%*d.%*d %3d %n", &code, &reason) < 1) {
    printf("GET %s: the answer is not HTTP: \"%.60s\"\n", path, line);
    return 1;
  }
  int ok = code >= 200 && code < 400, by_name = code == 400 || code == 403 || code == 421;
  printf("GET %s: %d %s", path, code, reason > 0 ? line + reason : "");
  if (by_name) printf(" (asked as Host: %s)", host);
  putchar('\n');
  return ok ? 0 : 1;
}

static int http(int port, const char *path, const char *host, int seconds) {
  char request[2048], line[512];
  long deadline = now_ms() + seconds * 1000L - STARTING_MS;
  int fd = connect_to_own_address(port, deadline);
  if (fd < 0) return 1;
  int length = snprintf(request, sizeof request,
                        "GET %s HTTP/1.0\r\nHost: %s\r\nUser-Agent: exploreiot-probe\r\nConnection: close\r\n\r\n", path, host);
  if (length < 0 || (size_t)length >= sizeof request) return usage();
  if (send(fd, request, (size_t)length, MSG_NOSIGNAL) == length) {
    ssize_t got = read_line(fd, line, sizeof line, deadline);
    if (got > 0) return judge(path, host, line);
    if (got < 0 && now_ms() >= deadline) {
      printf("GET %s: no answer within %d s\n", path, seconds);
      return 1;
    }
  }
  printf("GET %s: the connection was closed without an answer\n", path);
  return 1;
}

/** Returns only where the program cannot be started. */
static int become(char *const program[]) {
  execvp(program[0], program);
  printf("%s: %m\n", program[0]);
  return 1;
}

static int tcp(int port, int with_tls, int seconds, char *const program[]) {
  long deadline = now_ms() + seconds * 1000L - STARTING_MS;
  int fd = connect_to_own_address(port, deadline);
  if (fd < 0 || (with_tls && asks_for_certificate(fd, deadline) != 0)) return 1;
  close(fd);
  return program[0] == NULL ? 0 : become(program);
}

/** @param argv a check and its arguments, from argv[1] on */
static int check_once(int argc, char *argv[]) {
  const char *mode = argc > 2 ? argv[1] : "";
  if (strcmp(mode, "http") == 0 && argc == 6) return http(atoi(argv[2]), argv[3], argv[4], atoi(argv[5]));
  int with_tls = strcmp(mode, "tls") == 0;
  if ((with_tls || strcmp(mode, "tcp") == 0) && argc > 3) return tcp(atoi(argv[2]), with_tls, atoi(argv[3]), argv + 4);
  if (strcmp(mode, "process") == 0 && argc == 3) return find_process(argv[2]);
  if (strcmp(mode, "run") == 0) return become(argv + 2);
  return usage();
}

int main(int argc, char *argv[]) {
  if (argc == 3 && strcmp(argv[1], "relay") == 0) return relay(atoi(argv[2]));
  if (argc > 3 && strcmp(argv[1], "alone") == 0) return alone(argv[2], argv + 3);
  if (argc < 6 || strcmp(argv[1], "steady") != 0) return check_once(argc, argv);
  return steady(check_once, atol(argv[2]), atol(argv[3]), atoi(argv[4]), argc - 4, argv + 4);
}
