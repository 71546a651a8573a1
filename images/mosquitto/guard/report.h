#ifndef REPORT_H
#define REPORT_H

enum loudness { QUIET, LOUD };

/** The kinds of reports. */
enum kind {
    REPORT_LOGIN, REPORT_STRANGER, REPORT_PUBLISH, REPORT_SUBSCRIBE, REPORT_RETAINED, REPORT_WILL, REPORT_QUEUE,
    REPORT_KICK, REPORT_REFUSED, REPORT_STORE, REPORT_KINDS
};

/**
 * Writes a line to the broker's log, as an error where it is loud. Each kind has a bound for each source (bucket.h).
 *
 * @param source  the user or the address that is the cause
 */
__attribute__((format(printf, 4, 5))) void report(enum loudness loudness, enum kind kind, const char *source,
                                                  const char *format, ...);

/** Now and then: tells how many lines were left out of a flood that is over. */
void report_tick(long now_ms);

/* Each of 100 bytes may be escaped; then the two marks, "..." and the end. */
enum { QUOTED_BYTES = 206 };

/**
 * A name that a client has chosen, for one report: in quotation marks, its own escaped, control characters as `?`, cut after
 * 100 bytes. So no name looks like another part of a line, and none fills it. Five are kept at a time.
 */
const char *quoted(const char *name);

#endif
