#ifndef REPORT_H
#define REPORT_H

enum loudness { QUIET, LOUD };

/** What is reported; each kind at most once in 10 s, with the number of those that were left out. */
enum kind {
    REPORT_SUBSCRIBE, REPORT_RETAINED, REPORT_WILL, REPORT_SESSION, REPORT_IDENTITY, REPORT_QUEUE,
    REPORT_KICK, REPORT_REFUSED, REPORT_STORE, REPORT_KINDS
};

/** Writes a line to the broker's log, as an error where it is loud. */
__attribute__((format(printf, 3, 4))) void report(enum loudness loudness, enum kind kind, const char *format, ...);

#endif
