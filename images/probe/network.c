/* Connects to the container itself as its clients do. */
#define _GNU_SOURCE
#include "network.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

long now_ms(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000L + time.tv_nsec / 1000000L;
}

int wait_for(int fd, int writing, long deadline) {
  struct pollfd wanted = {.fd = fd, .events = writing ? POLLOUT : POLLIN};
  long left = deadline - now_ms();
  return left > 0 && poll(&wanted, 1, (int)left) > 0;
}

/** Whether others can connect to it: neither loopback, nor an IPv6 address that is good on one link only. */
static int is_reachable(const struct ifaddrs *entry) {
  if (entry->ifa_addr == NULL || (entry->ifa_flags & IFF_LOOPBACK) != 0) return 0;
  if (entry->ifa_addr->sa_family == AF_INET) return 1;
  return entry->ifa_addr->sa_family == AF_INET6 &&
         !IN6_IS_ADDR_LINKLOCAL(&((struct sockaddr_in6 *)entry->ifa_addr)->sin6_addr);
}

/** A connected socket, or -1 with the reason in errno. */
static int connect_to(const struct sockaddr *address, socklen_t length, long deadline) {
  int error = 0, fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  socklen_t size = sizeof error;
  if (fd < 0) return -1;
  if (connect(fd, address, length) == 0) return fd;
  error = errno;
  if (error == EINPROGRESS) {
    error = ETIMEDOUT;
    if (wait_for(fd, 1, deadline)) getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
  }
  if (error == 0) return fd;
  close(fd);
  errno = error;
  return -1;
}

/** Whether something listens on the port of IPv4 or IPv6 loopback. */
static int listens_on_loopback(int port, long deadline) {
  struct sockaddr_in ipv4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  struct sockaddr_in6 ipv6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
  int fd = connect_to((struct sockaddr *)&ipv4, sizeof ipv4, deadline);
  if (fd < 0) fd = connect_to((struct sockaddr *)&ipv6, sizeof ipv6, deadline);
  if (fd < 0) return 0;
  close(fd);
  return 1;
}

static void explain(const char *text, int port, int error, long deadline) {
  if (text[0] == '\0')
    printf("the container has no address but loopback: it is on no network\n");
  else if (error == ECONNREFUSED && listens_on_loopback(port, deadline))
    printf("connection refused at %s:%d: the program listens on loopback only, so its clients are refused;"
           " let it listen on 0.0.0.0\n", text, port);
  else if (error == ECONNREFUSED)
    printf("connection refused at %s:%d: nothing listens on this port\n", text, port);
  else
    printf("no connection to %s:%d: %s\n", text, port, strerror(error));
}

int connect_to_own_address(int port, long deadline) {
  struct ifaddrs *all = NULL;
  char text[INET6_ADDRSTRLEN] = "";
  int fd = -1, error = 0;
  if (getifaddrs(&all) < 0) perror("getifaddrs");
  // IPv4 first: every network of containers has it.
  for (int family = 0; family < 2 && fd < 0; family++) {
    for (struct ifaddrs *entry = all; entry != NULL && fd < 0; entry = entry->ifa_next) {
      if (!is_reachable(entry) || (entry->ifa_addr->sa_family == AF_INET6) != family) continue;
      struct sockaddr_in *ipv4 = (struct sockaddr_in *)entry->ifa_addr;
      struct sockaddr_in6 *ipv6 = (struct sockaddr_in6 *)entry->ifa_addr;
      // The two kinds of address have the port at the same place.
      ipv4->sin_port = htons((uint16_t)port);
      fd = connect_to(entry->ifa_addr, family ? sizeof *ipv6 : sizeof *ipv4, deadline);
      if (fd >= 0 || text[0] != '\0') continue;
      error = errno;
      inet_ntop(entry->ifa_addr->sa_family, family ? (void *)&ipv6->sin6_addr : (void *)&ipv4->sin_addr, text, sizeof text);
    }
  }
  freeifaddrs(all);
  if (fd < 0) explain(text, port, error, deadline);
  return fd;
}
