#include "turns.h"

#include <stddef.h>

/* Nanoseconds. */
enum { TURN = 100000 };

/* Users with places that wait. Who is first has its turn. */
static struct user *first, *last, *served;

static void to_the_end(struct user *user)
{
    user->behind = NULL;
    if (first == NULL) first = user;
    else last->behind = user;
    last = user;
    user->in_line = true;
}

static void leave_the_front(void)
{
    first->in_line = false;
    first = first->behind;
}

void turns_wait(struct place *place, struct user *user, uint32_t events)
{
    bool waits = place->events != 0;
    place->events |= events;
    if (waits || events == 0) return;
    place->user = user;
    place->behind = NULL;
    place->before = user->last;
    if (user->last == NULL) user->first = place;
    else user->last->behind = place;
    user->last = place;
    if (!user->in_line) to_the_end(user);
}

void turns_forget(struct place *place)
{
    if (place->events == 0) return;
    struct user *user = place->user;
    if (place->before == NULL) user->first = place->behind;
    else place->before->behind = place->behind;
    if (place->behind == NULL) user->last = place->before;
    else place->behind->before = place->before;
    place->events = 0;
}

struct place *turns_next(uint32_t *events)
{
    for (struct user *user; (user = first) != NULL;) {
        if (user->first != NULL && user->credit <= 0) user->credit += TURN;
        if (user->first != NULL && user->credit > 0) {
            struct place *place = user->first;
            served = user;
            *events = place->events;
            turns_forget(place);
            return place;
        }
        leave_the_front();
        if (user->first != NULL) to_the_end(user);
    }
    return NULL;
}

void turns_took(long ns)
{
    if (served == NULL) return;
    served->credit -= ns;
    if (served->credit <= 0) {
        leave_the_front();
        to_the_end(served);
    }
    served = NULL;
}
