#ifndef PLACES_H
#define PLACES_H

#include <stdbool.h>
#include <stdint.h>

#include "turns.h"

/** The broker's connections and listeners, by the number of their file; NULL for any other file. */
struct place *places_find(int file);

/** A place for a file that has none; NULL where there is no memory. */
struct place *places_make(int file);

void places_forget(int file);

/** Calls `visit` for each. */
void places_each(void (*visit)(const struct place *));

/** Tells the kernel what is asked of a file. @return as epoll_ctl does */
int places_tell(int epoll, int operation, int file, uint32_t events);

/** Remembers that something else is asked of a file than the kernel was told; false where there is no memory. */
bool places_note(int file);
void places_tell_noted(int epoll);

#endif
