#ifndef TURNS_H
#define TURNS_H

#include <stdbool.h>
#include <stdint.h>

#include "accounts.h"

/*
 * Who is served next. The users take turns of 0.1 ms of the broker's thread, so a message waits for a turn of each user who has
 * something to do, however much that is. Who took longer, since one packet did, lets as many turns go by.
 */

/** A connection or a listener of the broker. It waits in its user's line while it has events. */
struct place {
    void *context; /* The broker's own structure. */
    uint32_t events;
    uint32_t asked, told; /* What the broker wants to know of it, and what the kernel was told of that. */
    bool listens;
    struct user *user;
    struct place *before, *behind;
};

/** Puts a place into the line of `user`, or adds events to those that it waits with there. */
void turns_wait(struct place *place, struct user *user, uint32_t events);

void turns_forget(struct place *place);

/** The place that is served next, which waits no longer, and its events; NULL where none waits. */
struct place *turns_next(uint32_t *events);

/** Ends the service of the last one. Nanoseconds of the thread. */
void turns_took(long ns);

#endif
