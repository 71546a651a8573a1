#ifndef RETAINED_H
#define RETAINED_H

#include <stdbool.h>
#include <stddef.h>

#include "accounts.h"

/**
 * Takes a retained message into the account of its user; false where it does not fit. A topic stays in the account
 * until the broker ends, also without its message: the broker keeps the nodes of each topic that it has once retained.
 */
bool retained_take(struct user *user, const char *topic, size_t payload);

/** Whether something was ever retained there, so that an empty message may delete it. */
bool retained_knows(const char *topic);

/** Of how many topics something was ever retained: more than that the broker has not got. */
size_t retained_topics(void);

void retained_start(size_t limit);

#endif
