#ifndef STORE_H
#define STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** Bytes inside a store that is mapped: not ended by a zero. */
struct text {
    const char *at;
    size_t length;
};

/** A message in the store. `user` is who sent it; empty for the broker itself. */
struct stored {
    uint64_t id;
    struct text user, topic;
    const char *body; /* `payload` bytes. */
    size_t payload;
    size_t bytes; /* Its cost in memory once loaded. */
};

/** Is told what a store (mosquitto.db, version 6) holds; a NULL member is not called. */
struct reader {
    void *of;
    void (*session)(void *of, struct text id, struct text user);
    void (*subscription)(void *of, struct text id, struct text filter);
    void (*retained)(void *of, const struct stored *message);
    void (*queued)(void *of, struct text id, const struct stored *message);
};

/**
 * Reads a whole store.
 *
 * @param memory  where not NULL: what the broker needs in memory to load it, in bytes, rather too little than too much
 * @return NULL where it is whole, that is where the last chunk ends with the file, else the reason
 */
const char *store_read(const char *path, const struct reader *reader, size_t *memory);

#endif
