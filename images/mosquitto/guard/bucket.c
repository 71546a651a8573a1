#include "bucket.h"

#include <stdint.h>
#include <stdio.h>
#include <sys/random.h>

enum { BURST = 20, EVERY_MS = 1000, REST_MS = 5000 };

static long ahead(const struct bucket *bucket, long now_ms)
{
    return bucket->due > now_ms ? bucket->due - now_ms : 0;
}

bool bucket_takes(struct bucket *bucket, long now_ms)
{
    long used = ahead(bucket, now_ms);
    if (used > (BURST - 1) * EVERY_MS) {
        bucket->left_out++;
        return false;
    }
    bucket->due = now_ms + used + EVERY_MS;
    return true;
}

bool bucket_rests(const struct bucket *bucket, long now_ms)
{
    return bucket->left_out > 0 && ahead(bucket, now_ms) <= BURST * EVERY_MS - REST_MS;
}

const char *bucket_suffix(struct bucket *bucket, char suffix[SUFFIX_BYTES])
{
    suffix[0] = '\0';
    if (bucket->left_out > 0) snprintf(suffix, SUFFIX_BYTES, " (%lu more like this were left out)", bucket->left_out);
    bucket->left_out = 0;
    return suffix;
}

struct bucket *bucket_of(struct bucket shares[SHARES], const char *source)
{
    static uint64_t seed;
    if (seed == 0 && getrandom(&seed, sizeof seed, 0) != sizeof seed) seed = 1;
    uint64_t hash = seed;
    for (; *source != '\0'; source++) hash = (hash ^ (unsigned char)*source) * 1099511628211u;
    /* So far the last bytes are in few of the bits. */
    hash = (hash ^ hash >> 33) * 0xff51afd7ed558ccdu;
    return &shares[(hash >> 56) % SHARES];
}
