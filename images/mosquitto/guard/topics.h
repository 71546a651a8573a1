#ifndef TOPICS_H
#define TOPICS_H

#include <stdbool.h>
#include <stddef.h>

/** Whether every topic that `filter` matches is matched by `rule` too (MQTT 3.1.1, 4.7). */
bool covers(const char *rule, const char *filter);

/** The filter inside `$share/group/filter`, the filter itself, or NULL where the shared form is incomplete. */
const char *without_share(const char *filter);

/** Levels of a topic or filter, 1 for one without a slash. */
size_t levels_of(const char *topic, size_t length);

/** Memory of the broker for the nodes of one topic, in bytes: each level has a table of its children. */
size_t cost_of_topic(const char *topic, size_t length);

#endif
