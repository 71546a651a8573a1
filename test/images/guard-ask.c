/* Asks the parts of the broker's guard that need no broker: a command a line on standard input, an answer a line. */
#define _GNU_SOURCE
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "accounts.h"
#include "acl.h"
#include "former.h"
#include "lines.h"
#include "pace.h"
#include "report.h"
#include "retained.h"
#include "store.h"
#include "topics.h"
#include "turns.h"

static unsigned long random_state = 1;

static unsigned long next_random(void)
{
    return random_state = random_state * 6364136223846793005UL + 1442695040888963407UL;
}

static void note_session(void *of, struct text id, struct text user)
{
    (void)of;
    printf("session %.*s of %.*s\n", (int)id.length, id.at, (int)user.length, user.at);
}

static void note_subscription(void *of, struct text id, struct text filter)
{
    (void)of;
    printf("subscription %.*s to %.*s\n", (int)id.length, id.at, (int)filter.length, filter.at);
}

static void note_retained(void *of, const struct stored *message)
{
    (void)of;
    printf("retained %.*s, %zu\n", (int)message->topic.length, message->topic.at, message->payload);
}

static void note_queued(void *of, struct text id, const struct stored *message)
{
    (void)of;
    printf("queued for %.*s: %.*s\n", (int)id.length, id.at, (int)message->topic.length, message->topic.at);
}

static void tell(const char *path)
{
    struct reader reader = {.session = note_session, .subscription = note_subscription, .retained = note_retained,
                            .queued = note_queued};
    const char *reason = store_read(path, &reader, NULL);
    puts(reason == NULL ? "whole" : reason);
}

/* Changes bytes of a store and its length at random and reads it: the sanitizers end this process at a wrong access. */
static void fuzz(const char *path, const char *copy, int times)
{
    static const struct reader none;
    static char bytes[1 << 16];
    FILE *file = fopen(path, "re");
    size_t size = fread(bytes, 1, sizeof bytes, file);
    int whole = 0;
    fclose(file);
    for (int time = 0; time < times; time++) {
        char *changed = memcpy(malloc(size), bytes, size);
        for (unsigned long n = next_random() % 8 + 1; n > 0; n--) changed[next_random() % size] = (char)(next_random() >> 32);
        file = fopen(copy, "we");
        fwrite(changed, 1, next_random() % 4 == 0 ? next_random() % size : size, file);
        fclose(file);
        whole += store_read(copy, &none, NULL) == NULL;
        free(changed);
    }
    puts(whole < times ? "read" : "nothing was found");
}

/* Lines that are shown, one behind the other. */
static bool shown;

static void show(const char *line)
{
    printf("%s%s", shown ? " | " : "", line);
    shown = true;
}

static int told(void)
{
    puts(shown ? "" : "-");
    shown = false;
    return 0;
}

static long clock_ms(clockid_t clock)
{
    struct timespec time;
    clock_gettime(clock, &time);
    return time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

/* Works for readers of `user` for so long, by this thread's own clock. */
static int serve(struct user *user, long ms)
{
    pace_for(user);
    for (long end = clock_ms(CLOCK_THREAD_CPUTIME_ID) + ms; clock_ms(CLOCK_THREAD_CPUTIME_ID) < end;) pace_for(user);
    pace_for(NULL);
    return printf("%s, %s\n", pace_drops(user) ? "drops" : "delivers", pace_owes(user) ? "owes" : "owes nothing");
}

static int end_round(void)
{
    const struct user *late = pace_round();
    return puts(late == NULL ? "-" : late->name);
}

/* How many seconds it takes until `user` owes nothing; 20 at most. */
static int until_paid(struct user *user)
{
    long began = clock_ms(CLOCK_MONOTONIC);
    while (pace_owes(user) && clock_ms(CLOCK_MONOTONIC) - began < 20000) nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    return printf("%ld\n", (clock_ms(CLOCK_MONOTONIC) - began) / 1000);
}

/* Connections by their number, which is all that they have here. */
static struct place *place_of(const char *number)
{
    static struct place places[100];
    return &places[atoi(number) % 100];
}

static int wait_in_line(struct place *place, struct user *user, int events, const char *source)
{
    unsigned char address[ADDRESS_BYTES] = {source == NULL ? 0 : (unsigned char)atoi(source)};
    if (turns_user(place) != user && !turns_join(place, user, address)) return puts("no memory");
    turns_wait(place, (uint32_t)events);
    return puts("waits");
}

/* Who is served next, for so many microseconds. */
static int take_turn(long us)
{
    uint32_t events;
    const struct place *place = turns_next(&events);
    turns_took(us * 1000);
    return place == NULL ? puts("-") : printf("%td, %u\n", place - place_of("0"), events);
}

static int answer(const struct acl *acl, char *line)
{
    char *word[5] = {0}, error[200];
    for (int i = 0; i < 5; i++) word[i] = strsep(&line, "\t\n");
    if (strcmp(word[0], "covers") == 0) return printf("%d\n", covers(word[1], word[2]));
    if (strcmp(word[0], "may") == 0) return printf("%d\n", acl_may_subscribe(acl, word[1], word[2], word[3]));
    if (strcmp(word[0], "publish") == 0) return printf("%d\n", acl_may_publish(acl, word[1], word[2], word[3]));
    if (strcmp(word[0], "former") == 0) return puts(former_read(word[1], error) ? "read" : error);
    if (strcmp(word[0], "accepts") == 0) return printf("%d\n", former_accepts(word[1], word[2]));
    if (strcmp(word[0], "quote") == 0) return puts(quoted(word[1]));
    if (strcmp(word[0], "own") == 0) return lines_own(word[1]), puts("known");
    if (strcmp(word[0], "line") == 0) return lines_take(word[2], atol(word[1])), told();
    if (strcmp(word[0], "tick") == 0) return lines_tick(atol(word[1])), told();
    if (strcmp(word[0], "tell") == 0) return tell(word[1]), 0;
    if (strcmp(word[0], "fuzz") == 0) return fuzz(word[1], word[2], atoi(word[3])), 0;
    if (strcmp(word[0], "retain") == 0)
        return printf("%d\n", retained_take(accounts_user(word[1]), word[2], strtoul(word[3], NULL, 10)));
    if (strcmp(word[0], "known") == 0) return printf("%d\n", retained_knows(word[1]));
    if (strcmp(word[0], "full") == 0) return puts(accounts_full(accounts_user(word[1]), LASTS_KEPT) ? "full" : "room");
    if (strcmp(word[0], "end") == 0) return accounts_end(accounts_find(word[1])), puts("ended");
    if (strcmp(word[0], "serve") == 0) return serve(accounts_user(word[1]), atol(word[2]));
    if (strcmp(word[0], "round") == 0) return end_round();
    if (strcmp(word[0], "wait") == 0) return wait_in_line(place_of(word[2]), accounts_user(word[1]), atoi(word[3]), word[4]);
    if (strcmp(word[0], "gone") == 0) return turns_leave(place_of(word[1])), puts("gone");
    if (strcmp(word[0], "turn") == 0) return take_turn(atol(word[1]));
    if (strcmp(word[0], "paid") == 0) return until_paid(accounts_user(word[1]));
    struct session *session = accounts_find(word[2]);
    if (session == NULL) session = accounts_open(word[2], accounts_user(word[1]));
    if (strcmp(word[0], "login") == 0) return printf("%d\n", accounts_login(session, strtoul(word[3], NULL, 10)));
    if (strcmp(word[0], "connect") == 0) return accounts_connect(session, session), puts("connected");
    if (strcmp(word[0], "queue") == 0) {
        size_t bytes = strtoul(word[3], NULL, 10);
        bool may = accounts_may_queue(session, bytes);
        if (may) accounts_wait(session, session->saved + bytes, session->offered);
        return printf("%d\n", may);
    }
    if (strcmp(word[0], "keep") == 0) return accounts_lasts(session, LASTS_KEPT), puts("kept");
    if (strcmp(word[0], "subscribe") == 0) return printf("%d\n", accounts_subscribe(session, word[3], true));
    if (strcmp(word[0], "unsubscribe") == 0) return accounts_unsubscribe(session, word[3]), puts("done");
    return puts("?");
}

int main(int count, char **arguments)
{
    static char line[1 << 17];
    char error[200];
    struct limits limits = {.sessions = 16, .subscriptions = 8000, .retained = 8000, .logins = 8000, .queues = 8000};
    struct acl *acl = count < 2 ? NULL : acl_read(arguments[1], error);
    if (acl == NULL) return puts(error), 1;
    accounts_start(&limits, "health,backend");
    retained_start(limits.retained);
    lines_start(show);
    while (fgets(line, sizeof line, stdin) != NULL) answer(acl, line);
    acl_free(acl);
    return 0;
}
