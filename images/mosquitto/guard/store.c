#define _GNU_SOURCE
#include "store.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "topics.h"

/* Layout on disk: persist.h of Mosquitto 2.0, `PF_` structures as the compiler pads them on a 64-bit machine. */
enum { HEADER = 15 + 4 + 4, CHUNK_HEADER = 8, VERSION = 6 };
enum { CFG = 1, MESSAGE = 2, QUEUED = 3, RETAIN = 4, SUBSCRIPTION = 5, SESSION = 6 };
enum { CFG_BYTES = 16, MESSAGE_BYTES = 32, QUEUED_BYTES = 16, RETAIN_BYTES = 8, SUBSCRIPTION_BYTES = 12, SESSION_BYTES = 24 };

/* In the broker's memory besides what the chunk itself holds, measured (docs/decisions/0070-broker-guard.md). */
enum { MESSAGE_MEMORY = 240, QUEUED_MEMORY = 120, SESSION_MEMORY = 1200 };

struct walk {
    const struct reader *reader;
    struct stored *messages;
    size_t count, room;
    bool sorted;
    size_t memory;
};

static uint16_t read16(const char *at)
{
    uint16_t value;
    memcpy(&value, at, sizeof value);
    return ntohs(value);
}

static uint32_t read32(const char *at)
{
    uint32_t value;
    memcpy(&value, at, sizeof value);
    return ntohl(value);
}

static uint64_t read_id(const char *at)
{
    uint64_t value;
    memcpy(&value, at, sizeof value);
    return value;
}

static int by_id(const void *left, const void *right)
{
    uint64_t a = ((const struct stored *)left)->id, b = ((const struct stored *)right)->id;
    return a < b ? -1 : a > b;
}

static const struct stored *find(struct walk *walk, uint64_t id)
{
    struct stored key = {.id = id};
    if (!walk->sorted && walk->count > 0) qsort(walk->messages, walk->count, sizeof key, by_id);
    walk->sorted = true;
    return walk->count == 0 ? NULL : bsearch(&key, walk->messages, walk->count, sizeof key, by_id);
}

static bool take_message(struct walk *walk, const char *at, size_t length)
{
    if (length < MESSAGE_BYTES) return false;
    size_t payload = read32(at + 16), id = read16(at + 22), user = read16(at + 24), topic = read16(at + 26);
    if (topic == 0 || length - MESSAGE_BYTES < payload + id + user + topic) return false;
    if (walk->count == walk->room) {
        size_t room = walk->room == 0 ? 256 : walk->room * 2;
        void *messages = realloc(walk->messages, room * sizeof *walk->messages);
        if (messages == NULL) return false;
        walk->messages = messages;
        walk->room = room;
    }
    const char *text = at + MESSAGE_BYTES + id;
    size_t bytes = MESSAGE_MEMORY + length - MESSAGE_BYTES;
    walk->memory += bytes;
    walk->sorted = false;
    walk->messages[walk->count++] = (struct stored){
        .id = read_id(at), .user = {text, user}, .topic = {text + user, topic}, .body = text + user + topic, .payload = payload, .bytes = bytes};
    return true;
}

static bool take_queued(struct walk *walk, const char *at, size_t length)
{
    size_t id = length < QUEUED_BYTES ? 0 : read16(at + 10);
    if (id == 0 || length - QUEUED_BYTES < id) return false;
    walk->memory += QUEUED_MEMORY + id;
    const struct stored *message = walk->reader->queued == NULL ? NULL : find(walk, read_id(at));
    if (message != NULL) walk->reader->queued(walk->reader->of, (struct text){at + QUEUED_BYTES, id}, message);
    return true;
}

static bool take_retained(struct walk *walk, const char *at, size_t length)
{
    if (length != RETAIN_BYTES) return false;
    const struct stored *message = walk->reader->retained == NULL ? NULL : find(walk, read_id(at));
    if (message != NULL) walk->reader->retained(walk->reader->of, message);
    return true;
}

static bool take_subscription(struct walk *walk, const char *at, size_t length)
{
    if (length < SUBSCRIPTION_BYTES) return false;
    size_t id = read16(at + 4), filter = read16(at + 6);
    if (id == 0 || filter == 0 || length != SUBSCRIPTION_BYTES + id + filter) return false;
    struct text text = {at + SUBSCRIPTION_BYTES + id, filter};
    walk->memory += cost_of_topic(text.at, text.length);
    if (walk->reader->subscription != NULL)
        walk->reader->subscription(walk->reader->of, (struct text){at + SUBSCRIPTION_BYTES, id}, text);
    return true;
}

static bool take_session(struct walk *walk, const char *at, size_t length)
{
    if (length < SESSION_BYTES) return false;
    size_t id = read16(at + 14), user = read16(at + 18);
    if (id == 0 || length != SESSION_BYTES + id + user) return false;
    walk->memory += SESSION_MEMORY;
    const char *text = at + SESSION_BYTES;
    if (walk->reader->session != NULL)
        walk->reader->session(walk->reader->of, (struct text){text, id}, (struct text){text + id, user});
    return true;
}

static bool take(struct walk *walk, uint32_t kind, const char *at, size_t length)
{
    switch (kind) {
    case CFG: return length == CFG_BYTES && at[9] == sizeof(uint64_t);
    case MESSAGE: return take_message(walk, at, length);
    case QUEUED: return take_queued(walk, at, length);
    case RETAIN: return take_retained(walk, at, length);
    case SUBSCRIPTION: return take_subscription(walk, at, length);
    case SESSION: return take_session(walk, at, length);
    default: return false;
    }
}

static const char *walk_chunks(struct walk *walk, const char *map, size_t size)
{
    if (size < HEADER + CHUNK_HEADER + CFG_BYTES) return "it is cut short";
    if (memcmp(map, "\0\xB5\0mosquitto db", 15) != 0) return "it is not a store of Mosquitto";
    if (read32(map + 19) != VERSION) return "its version is not 6";
    size_t at = HEADER;
    while (at < size) {
        if (size - at < CHUNK_HEADER) return "it is cut short";
        uint32_t kind = read32(map + at), length = read32(map + at + 4);
        at += CHUNK_HEADER;
        if (size - at < length) return "it is cut short";
        if (!take(walk, kind, map + at, length)) return "a part of it makes no sense";
        at += length;
    }
    return NULL;
}

const char *store_read(const char *path, const struct reader *reader, size_t *memory)
{
    static const struct reader nobody;
    struct walk walk = {.reader = reader == NULL ? &nobody : reader};
    struct stat stat;
    int file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0) return strerror(errno);
    const char *reason = "it is no ordinary file, or empty";
    if (fstat(file, &stat) == 0 && S_ISREG(stat.st_mode) && stat.st_size > 0) {
        size_t size = (size_t)stat.st_size;
        char *map = mmap(NULL, size, PROT_READ, MAP_PRIVATE, file, 0);
        reason = map == MAP_FAILED ? strerror(errno) : walk_chunks(&walk, map, size);
        if (map != MAP_FAILED) munmap(map, size);
    }
    close(file);
    free(walk.messages);
    if (memory != NULL) *memory = walk.memory;
    return reason;
}
