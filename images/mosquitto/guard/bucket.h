#ifndef BUCKET_H
#define BUCKET_H

#include <stdbool.h>

/** Bounds lines of a log: 20 at once, then one each second. Begins full where it is zero. */
struct bucket {
    long due;
    unsigned long left_out; /* Lines, since this was last told. */
};

/** Whether one more line may be written; else it is counted. Milliseconds of a clock that never goes back. */
bool bucket_takes(struct bucket *bucket, long now_ms);

/** Whether lines were left out and the flood is over, so that their number is to be told without a further one. */
bool bucket_rests(const struct bucket *bucket, long now_ms);

enum { SUFFIX_BYTES = 60 };

/** ` (N more like this were left out)`, or nothing. The number begins at none again. */
const char *bucket_suffix(struct bucket *bucket, char suffix[SUFFIX_BYTES]);

enum { SHARES = 8 };

/**
 * One of SHARES buckets, by the source of a line: a flood from one leaves the lines of most others. An outsider cannot
 * find out which sources share one.
 */
struct bucket *bucket_of(struct bucket shares[SHARES], const char *source);

#endif
