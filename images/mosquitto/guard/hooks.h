#ifndef HOOKS_H
#define HOOKS_H

#include <stdbool.h>
#include <stddef.h>

struct mosquitto;

/*
 * What the broker asks the C library and OpenSSL for, as this library answers it where it is loaded before them (LD_PRELOAD): who
 * is served next. Of itself the broker reads one packet of each connection, over TLS all packets of a record, and accepts all
 * connections that there are, before it looks who else has come.
 */

/** Whether the broker asks here. */
bool hooks_are_asked(void);

/** The client whose connection was served last, while that is open; else NULL. */
const struct mosquitto *hooks_served(void);

/** Bytes of the packet that was read last of that connection, without type and length; 0 where there is none. */
size_t hooks_packet(void);

/** Calls `visit` for each connection that has to wait for its client to read, with the bytes that the broker has written to that. */
void hooks_each_unread(void (*visit)(const struct mosquitto *client, size_t written));

/** Whether it was looked who else has come, before the last one was served. */
bool hooks_looked(void);

#endif
