#ifndef HOOKS_H
#define HOOKS_H

#include <stdbool.h>

/*
 * What the broker asks the C library and OpenSSL for, as this library answers it where it is loaded before them (LD_PRELOAD): who
 * is served next. Of itself the broker reads one packet of each connection, over TLS all packets of a record, and accepts all
 * connections that there are, before it looks who else has come.
 */

/** Whether the broker asks here. */
bool hooks_are_asked(void);

/** Whether it was looked who else has come, before the last one was served. */
bool hooks_looked(void);

#endif
