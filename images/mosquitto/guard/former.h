#ifndef FORMER_H
#define FORMER_H

#include <stdbool.h>

/**
 * Reads the former passwords of users: lines `NAME:$7$ITERATIONS$SALT$HASH`, as mosquitto_passwd writes them, and comments. False, and the
 * reason in `error` (200 bytes), where there is anything else; what was read before then stays.
 */
bool former_read(const char *path, char *error);

/** Whether this is the former password of that user. Either may be NULL. */
bool former_accepts(const char *user, const char *password);

#endif
