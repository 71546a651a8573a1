#define _GNU_SOURCE
#include "pace.h"

#include <time.h>

/*
 * The part of a round, and the debt from which on it counts. A debt is paid at 5 ms a second, so that less than one in a hundred of
 * the others' messages meets a long round. Nanoseconds.
 */
enum { PART = 2000000, CREDIT = 50000000, MOST = 100000000, PAID_EACH_MS = 5000 };

/* One look at the clock, which is a call of the kernel, is good for so many deliveries to one user. */
enum { DELIVERIES = 16 };

static struct user *working_for, *late;
static long since;
static unsigned long round_number;
static int deliveries;

static long in_ns(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return time.tv_sec * 1000000000 + time.tv_nsec;
}

static void pay(struct user *user)
{
    long now = in_ns(CLOCK_MONOTONIC_COARSE) / 1000000;
    long left = user->debt - (now - user->paid_at) * PAID_EACH_MS;
    user->debt = left > 0 ? left : 0;
    user->paid_at = now;
}

static void charge(struct user *user, long ns)
{
    if (user->round != round_number) user->took = 0;
    user->round = round_number;
    long before = user->took > PART ? user->took : PART;
    user->took += ns;
    if (user->took <= before) return;
    pay(user);
    user->debt += user->took - before;
    if (user->debt > MOST) user->debt = MOST;
    if (user->debt > CREDIT && user->took > 2 * PART) late = user;
}

void pace_for(struct user *user)
{
    if (user != NULL && user->trusted) user = NULL;
    if (user == working_for && deliveries++ < DELIVERIES) return;
    /* Of this thread alone: neither a save nor another program is a user's work. */
    long now = in_ns(CLOCK_THREAD_CPUTIME_ID);
    if (working_for != NULL) charge(working_for, now - since);
    working_for = user;
    since = now;
    deliveries = 0;
}

bool pace_owes(struct user *user)
{
    if (user->debt <= CREDIT) return false;
    pay(user);
    return user->debt > CREDIT;
}

bool pace_had_part(const struct user *user)
{
    return user->round == round_number && user->took > PART;
}

bool pace_drops(struct user *user)
{
    return pace_had_part(user) && pace_owes(user);
}

struct user *pace_round(void)
{
    pace_for(NULL);
    struct user *user = late;
    late = NULL;
    round_number++;
    return user;
}
