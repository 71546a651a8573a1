#include "lines.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "bucket.h"

#define OPENED "New connection from "
#define ENTERED "New client connected from "
#define NOT_OPENED "Client connection from "
#define UNKNOWN "Client <unknown> "
#define BAD_UNKNOWN "Bad socket read/write on client <unknown>"
#define TLS "OpenSSL Error"
#define REFUSED ", not authorised."
#define PROBE ", u'health')."

enum { ADDRESSES = 16, ADDRESS_BYTES = 64, HELD = 8, LINE_BYTES = 200, PROBES = 8, ID_BYTES = 64 };

/*
 * Mosquitto names the address of a connection and its user in different lines. So a connection from inside is held back until
 * it is known whose it is. The oldest is shown where one more has no place.
 */
struct held {
    char from[ADDRESS_BYTES];
    char line[LINE_BYTES];
};

static void (*show)(const char *line);
static char own[ADDRESSES][ADDRESS_BYTES];
static struct held held[HELD];
static char probes[PROBES][ID_BYTES];
static int own_count, held_count, probe_count;
static unsigned long entries;

/* Connections by their address; the other two tell of none. */
static struct bucket connections[SHARES], unknown, refused;

void lines_start(void (*shows)(const char *line))
{
    show = shows;
}

void lines_own(const char *address)
{
    if (own_count < ADDRESSES) snprintf(own[own_count++], ADDRESS_BYTES, "%s", address);
}

unsigned long lines_entries(void)
{
    return entries;
}

/* The rest behind `prefix`, or NULL. */
static const char *behind(const char *text, const char *prefix)
{
    size_t length = strlen(prefix);
    return strncmp(text, prefix, length) == 0 ? text + length : NULL;
}

static bool ends(const char *text, const char *suffix)
{
    size_t length = strlen(text), tail = strlen(suffix);
    return length >= tail && strcmp(text + length - tail, suffix) == 0;
}

/* The first word of `text`; empty where it is too long to be an address, or the id of a probe. */
static const char *first_word(const char *text, char word[ID_BYTES])
{
    size_t length = strcspn(text, " ");
    if (length >= ID_BYTES) length = 0;
    memcpy(word, text, length);
    word[length] = '\0';
    return word;
}

/* Without its port, or the colon behind it. */
static const char *address_of(const char *from, char address[ID_BYTES])
{
    first_word(from, address);
    char *colon = strrchr(address, ':');
    if (colon != NULL) *colon = '\0';
    return address;
}

static bool is_own(const char *from)
{
    char address[ID_BYTES];
    address_of(from, address);
    for (int i = 0; i < own_count; i++)
        if (strcmp(own[i], address) == 0) return true;
    return false;
}

static void let_go(int at)
{
    held_count--;
    memmove(held + at, held + at + 1, (size_t)(held_count - at) * sizeof *held);
}

static void hold(const char *line, const char *from)
{
    if (held_count == HELD) {
        show(held[0].line);
        let_go(0);
    }
    first_word(from, held[held_count].from);
    snprintf(held[held_count++].line, LINE_BYTES, "%s", line);
}

static int held_from(const char *from)
{
    char word[ID_BYTES];
    first_word(from, word);
    for (int i = 0; i < held_count; i++)
        if (strcmp(held[i].from, word) == 0) return i;
    return -1;
}

static void forget_probe(int at)
{
    probe_count--;
    memmove(probes + at, probes + at + 1, (size_t)(probe_count - at) * sizeof *probes);
}

/* A client from inside has come in: whether it is a probe, whose end is not shown either. */
static bool is_probe(int at, const char *text)
{
    char word[ID_BYTES] = "";
    const char *id = strstr(text, " as ");
    if (id != NULL && ends(text, PROBE)) first_word(id + strlen(" as "), word);
    if (word[0] == '\0') show(held[at].line);
    let_go(at);
    if (word[0] == '\0') return false;
    if (probe_count == PROBES) forget_probe(0);
    strcpy(probes[probe_count++], word);
    return true;
}

static bool is_end_of_probe(const char *id)
{
    char word[ID_BYTES];
    first_word(id, word);
    for (int i = 0; i < probe_count; i++) {
        if (strcmp(probes[i], word) != 0) continue;
        forget_probe(i);
        return true;
    }
    return false;
}

static bool is_of_probe(const char *line, const char *text)
{
    const char *rest;
    if ((rest = behind(text, OPENED)) != NULL) {
        if (!is_own(rest)) return false;
        hold(line, rest);
        return true;
    }
    if ((rest = behind(text, ENTERED)) != NULL) {
        int at = held_from(rest);
        return at >= 0 && is_probe(at, text);
    }
    if (behind(text, UNKNOWN) != NULL || behind(text, BAD_UNKNOWN) != NULL) {
        /* Whose end it is, the broker does not say. A probe that says nothing ends at once, so it is the oldest of them. */
        if (held_count == 0) return false;
        let_go(0);
        return true;
    }
    return (rest = behind(text, "Client ")) != NULL && is_end_of_probe(rest);
}

/* The bound of a line that needs no password, or NULL. */
static struct bucket *bound_of(const char *text)
{
    char address[ID_BYTES];
    const char *from = behind(text, OPENED);
    if (from == NULL) from = behind(text, NOT_OPENED);
    if (from != NULL) return bucket_of(connections, address_of(from, address));
    if (behind(text, UNKNOWN) != NULL || behind(text, BAD_UNKNOWN) != NULL || behind(text, TLS) != NULL) return &unknown;
    return behind(text, "Client ") != NULL && ends(text, REFUSED) ? &refused : NULL;
}

static void show_bounded(const char *line, struct bucket *bucket)
{
    char text[1100], suffix[SUFFIX_BYTES];
    snprintf(text, sizeof text, "%s%s", line, bucket_suffix(bucket, suffix));
    show(text);
}

void lines_take(const char *line, long now_ms)
{
    /* The broker begins each line with the time, in seconds. */
    const char *text = line + strspn(line, "0123456789");
    text += strspn(text, ": ");
    if (behind(text, ENTERED) != NULL) entries++;
    if (is_of_probe(line, text)) return;
    struct bucket *bucket = bound_of(text);
    if (bucket == NULL) show(line);
    else if (bucket_takes(bucket, now_ms)) show_bounded(line, bucket);
}

static void tell_rest(struct bucket *bucket, const char *subject, long now_ms)
{
    char line[100];
    if (!bucket_rests(bucket, now_ms)) return;
    snprintf(line, sizeof line, "%lld: guard: %s", (long long)time(NULL), subject);
    show_bounded(line, bucket);
}

void lines_tick(long now_ms)
{
    for (int share = 0; share < SHARES; share++) tell_rest(&connections[share], "new connections", now_ms);
    tell_rest(&unknown, "connections that ended without a login", now_ms);
    tell_rest(&refused, "ends of refused clients", now_ms);
}
