#define _GNU_SOURCE
#include "retained.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "topics.h"

struct retained {
    char *topic;
    struct user *user;
    size_t bytes;
};

/* A retained message besides its topic's nodes and its payload: the broker's record of it, and this account. */
enum { MESSAGE_BYTES = 450 };

static void *topics;
static size_t total, most, count;

static int by_topic(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

void retained_start(size_t limit)
{
    most = limit;
}

static struct retained *find(const char *topic)
{
    struct retained **found = tfind(&topic, &topics, by_topic);
    return found == NULL ? NULL : *found;
}

bool retained_knows(const char *topic)
{
    return find(topic) != NULL;
}

size_t retained_topics(void)
{
    return count;
}

static struct retained *add(const char *topic, struct user *user)
{
    struct retained *retained = calloc(1, sizeof *retained);
    if (retained == NULL) return NULL;
    retained->topic = strdup(topic);
    retained->user = user;
    if (retained->topic != NULL && tsearch(retained, &topics, by_topic) != NULL) return count++, retained;
    free(retained->topic);
    free(retained);
    return NULL;
}

static void charge(struct retained *retained, struct user *user, size_t bytes)
{
    retained->user->retained -= retained->bytes;
    total -= retained->user->trusted ? 0 : retained->bytes;
    retained->user = user;
    retained->bytes = bytes;
    user->retained += bytes;
    total += user->trusted ? 0 : bytes;
}

bool retained_take(struct user *user, const char *topic, size_t payload)
{
    struct retained *retained = find(topic);
    size_t bytes = MESSAGE_BYTES + cost_of_topic(topic, strlen(topic)) + payload;
    size_t freed = retained == NULL ? 0 : retained->bytes;
    size_t own = retained != NULL && retained->user == user ? freed : 0;
    size_t counted = retained != NULL && !retained->user->trusted ? freed : 0;
    bool fits = user->retained - own + bytes <= most / 2 && total - counted + bytes <= most;
    /* A message that takes no more than the one before always fits: so one can be deleted with everything taken. */
    if (!fits && !user->trusted && bytes > freed) return false;
    if (retained == NULL && (retained = add(topic, user)) == NULL) return false;
    charge(retained, user, bytes);
    return true;
}
