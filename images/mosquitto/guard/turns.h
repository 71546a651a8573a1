#ifndef TURNS_H
#define TURNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "accounts.h"

/*
 * Who is served next. The users take turns of 0.1 ms of the broker's thread, so a message waits for a turn of each user who has
 * something to do, however much that is. Who took longer, since one packet did, lets as many turns go by. In the turn of a user its
 * sources come one after the other with a packet each, and so do the connections of a source.
 */

enum { ADDRESS_BYTES = 16 };

/** A source of a user: the connections of one address that wait. */
struct line;

/** A connection or a listener of the broker. It waits in a line while it has events. */
struct place {
    void *context; /* The broker's own structure. */
    uint32_t events;
    uint32_t asked, told; /* What the broker wants to know of it, and what the kernel was told of that. */
    bool listens;
    size_t packet, left; /* Of the packet that is read, without its first bytes: all of it, and what has not come yet. */
    bool is_read; /* Through OpenSSL, whose handshake is over. */
    size_t written; /* To the client, as the broker wrote it. */
    struct line *line;
    struct place *before, *behind;
};

/** Puts a place, which waits nowhere, into the line of this user and address; false where there is no memory. */
bool turns_join(struct place *place, struct user *user, const unsigned char address[ADDRESS_BYTES]);

/** The user in whose line a place is, or NULL. */
struct user *turns_user(const struct place *place);

/** Adds to the events that a place waits with in its line. */
void turns_wait(struct place *place, uint32_t events);

/** Takes a place out of its line. */
void turns_leave(struct place *place);

/** The place that is served next, which waits no longer, and its events; NULL where none waits. */
struct place *turns_next(uint32_t *events);

/** Ends the service of the last one. Nanoseconds of the thread. */
void turns_took(long ns);

#endif
