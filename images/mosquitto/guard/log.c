#define _GNU_SOURCE
#include "log.h"

#include <arpa/inet.h>
#include <errno.h>
#include <ifaddrs.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lines.h"

/* A line of the broker has 1000 bytes at most. */
static char line[1024];
static size_t length;
static FILE *before;

/* One call a line: an end of the broker after it cannot take the line back. */
static void write_line(const char *text)
{
    char bytes[1200];
    int size = snprintf(bytes, sizeof bytes, "%s\n", text);
    size_t count = (size_t)size < sizeof bytes ? (size_t)size : sizeof bytes - 1;
    for (const char *at = bytes; count > 0;) {
        ssize_t written = write(STDERR_FILENO, at, count);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return;
        at += written;
        count -= (size_t)written;
    }
}

static ssize_t take(void *cookie, const char *bytes, size_t size)
{
    struct timespec time;
    (void)cookie;
    clock_gettime(CLOCK_MONOTONIC, &time);
    for (size_t at = 0; at < size; at++) {
        if (bytes[at] != '\n') {
            if (length < sizeof line - 1) line[length++] = bytes[at];
            continue;
        }
        line[length] = '\0';
        length = 0;
        lines_take(line, time.tv_sec * 1000 + time.tv_nsec / 1000000);
    }
    return (ssize_t)size;
}

static void find_own_addresses(void)
{
    struct ifaddrs *all = NULL;
    char text[INET6_ADDRSTRLEN];
    if (getifaddrs(&all) != 0) return;
    for (const struct ifaddrs *entry = all; entry != NULL; entry = entry->ifa_next) {
        if (entry->ifa_addr == NULL) continue;
        int family = entry->ifa_addr->sa_family;
        const void *address = family == AF_INET    ? (const void *)&((struct sockaddr_in *)entry->ifa_addr)->sin_addr
                              : family == AF_INET6 ? (const void *)&((struct sockaddr_in6 *)entry->ifa_addr)->sin6_addr
                                                   : NULL;
        if (address != NULL && inet_ntop(family, address, text, sizeof text) != NULL) lines_own(text);
    }
    freeifaddrs(all);
}

void log_start(void)
{
    FILE *stream = fopencookie(NULL, "w", (cookie_io_functions_t){.write = take});
    if (stream == NULL) return;
    setvbuf(stream, NULL, _IONBF, 0);
    lines_start(write_line);
    find_own_addresses();
    before = stderr;
    /* A variable, as the manual of glibc says of its standard streams. */
    stderr = stream;
}

void log_end(void)
{
    if (before == NULL) return;
    FILE *stream = stderr;
    stderr = before;
    before = NULL;
    fclose(stream);
}
