#ifndef ROOM_H
#define ROOM_H

#include <stdbool.h>
#include <stddef.h>

#include "store.h"

/** How full the broker is, by its own resident memory. */
enum memory { MEMORY_FREE, MEMORY_SHORT, MEMORY_FULL };

/** @param directory  where mosquitto.db is */
bool room_start(const char *directory, size_t short_bytes, size_t full_bytes);

/** How much memory this process has, as it was at most 4 ms and a few messages ago. */
enum memory room_memory(void);

/** Gives memory that is free inside the process back to the system, at most once a second. */
void room_trim(long now_ms);

/** A message of `bytes` was accepted that the next save has to hold. */
void room_accepted(size_t bytes);

/** Whether there is a save that `room_look` has not seen. */
bool room_saved(void);

/**
 * Looks for a new save and at the free space. A save that is whole is told to `reader` and becomes the last good copy;
 * one that is not is replaced by that copy.
 *
 * @return whether there was a new save that is whole
 */
bool room_look(long now_ms, const struct reader *reader);

/** Why nothing more can be kept, or NULL. */
const char *room_refuses(void);

#endif
