#define _GNU_SOURCE
#include "turns.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

/* Nanoseconds. */
enum { TURN = 100000 };

struct line {
    struct user *user;
    unsigned char address[ADDRESS_BYTES];
    size_t places;
    struct place *first, *last; /* That wait. */
    bool waits;
    struct line *behind;
};

/* A balanced tree, as of all that clients can choose. */
static void *lines;

/* Users with places that wait. Who is first has its turn. */
static struct user *first, *last, *served;

static int by_key(const void *left, const void *right)
{
    const struct line *a = left, *b = right;
    if (a->user != b->user) return a->user < b->user ? -1 : 1;
    return memcmp(a->address, b->address, sizeof a->address);
}

static struct line *line_of(struct user *user, const unsigned char address[ADDRESS_BYTES])
{
    struct line key = {.user = user};
    memcpy(key.address, address, sizeof key.address);
    struct line **found = tfind(&key, &lines, by_key);
    if (found != NULL) return *found;
    struct line *line = malloc(sizeof *line);
    if (line == NULL) return NULL;
    *line = key;
    if (tsearch(line, &lines, by_key) != NULL) return line;
    free(line);
    return NULL;
}

bool turns_join(struct place *place, struct user *user, const unsigned char address[ADDRESS_BYTES])
{
    struct line *line = line_of(user, address);
    if (line == NULL) return false;
    line->places++;
    turns_leave(place);
    place->line = line;
    return true;
}

struct user *turns_user(const struct place *place)
{
    return place->line == NULL ? NULL : place->line->user;
}

static void user_to_the_end(struct user *user)
{
    user->behind = NULL;
    if (first == NULL) first = user;
    else last->behind = user;
    last = user;
    user->in_line = true;
}

static void user_leaves_the_front(void)
{
    first->in_line = false;
    first = first->behind;
}

static void line_to_the_end(struct line *line)
{
    struct user *user = line->user;
    line->behind = NULL;
    if (user->first == NULL) user->first = line;
    else user->last->behind = line;
    user->last = line;
    line->waits = true;
    if (!user->in_line) user_to_the_end(user);
}

static void end_if_unused(struct line *line)
{
    if (line->places > 0 || line->waits) return;
    tdelete(line, &lines, by_key);
    free(line);
}

/* A line in which nobody waits any more stays among the others until it comes to the front. */
static void line_leaves_the_front(struct user *user)
{
    struct line *line = user->first;
    user->first = line->behind;
    line->waits = false;
    end_if_unused(line);
}

void turns_wait(struct place *place, uint32_t events)
{
    bool waits = place->events != 0;
    struct line *line = place->line;
    place->events |= events;
    if (waits || events == 0) return;
    place->behind = NULL;
    place->before = line->last;
    if (line->last == NULL) line->first = place;
    else line->last->behind = place;
    line->last = place;
    if (!line->waits) line_to_the_end(line);
}

static void wait_no_longer(struct place *place)
{
    struct line *line = place->line;
    if (place->events == 0) return;
    if (place->before == NULL) line->first = place->behind;
    else place->before->behind = place->behind;
    if (place->behind == NULL) line->last = place->before;
    else place->behind->before = place->before;
    place->events = 0;
}

void turns_leave(struct place *place)
{
    struct line *line = place->line;
    if (line == NULL) return;
    wait_no_longer(place);
    place->line = NULL;
    line->places--;
    end_if_unused(line);
}

static struct place *first_of(struct user *user, uint32_t *events)
{
    struct line *line = user->first;
    struct place *place = line->first;
    *events = place->events;
    wait_no_longer(place);
    line_leaves_the_front(user);
    if (line->first != NULL) line_to_the_end(line);
    return place;
}

struct place *turns_next(uint32_t *events)
{
    for (struct user *user; (user = first) != NULL;) {
        while (user->first != NULL && user->first->first == NULL) line_leaves_the_front(user);
        if (user->first != NULL && user->credit <= 0) user->credit += TURN;
        if (user->first != NULL && user->credit > 0) {
            served = user;
            return first_of(user, events);
        }
        user_leaves_the_front();
        if (user->first != NULL) user_to_the_end(user);
    }
    return NULL;
}

void turns_took(long ns)
{
    if (served == NULL) return;
    served->credit -= ns;
    if (served->credit <= 0) {
        user_leaves_the_front();
        user_to_the_end(served);
    }
    served = NULL;
}
