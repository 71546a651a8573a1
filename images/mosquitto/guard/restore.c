#define _GNU_SOURCE
#include "restore.h"

#include <stdio.h>
#include <string.h>

#include "accounts.h"
#include "retained.h"
#include "room.h"

enum { NAME_BYTES = 65536 };

/* A text of MQTT is shorter than this. */
static const char *ended(struct text text, char *into)
{
    size_t length = text.length < NAME_BYTES - 1 ? text.length : NAME_BYTES - 1;
    memcpy(into, text.at, length);
    into[length] = '\0';
    return into;
}

static struct session *session_of(struct text id)
{
    static char name[NAME_BYTES];
    return accounts_find(ended(id, name));
}

static void open_session(void *of, struct text id, struct text user)
{
    static char id_name[NAME_BYTES], user_name[NAME_BYTES];
    (void)of;
    /* The broker's own bridge, which has no user in the store: what waits for it counts for nobody. */
    if (id.length > 0 && id.at[0] == ':') return;
    struct user *owner = accounts_user(ended(user, user_name));
    if (owner == NULL || session_of(id) != NULL) return;
    struct session *session = accounts_open(ended(id, id_name), owner);
    if (session == NULL) return;
    accounts_lasts(session, LASTS_KEPT);
    session->restored = true;
}

static void add_subscription(void *of, struct text id, struct text filter)
{
    static char name[NAME_BYTES];
    (void)of;
    struct session *session = session_of(id);
    if (session != NULL) accounts_subscribe(session, ended(filter, name), true);
}

static void add_retained(void *of, const struct stored *message)
{
    static char topic[NAME_BYTES], name[NAME_BYTES];
    (void)of;
    struct user *user = accounts_user(ended(message->user, name));
    if (user != NULL) retained_take(user, ended(message->topic, topic), message->payload);
}

static void add_queued(void *of, struct text id, const struct stored *message)
{
    (void)of;
    struct session *session = session_of(id);
    if (session != NULL) accounts_wait(session, session->saved + message->bytes, session->offered);
}

static void clear_saved(struct session *session)
{
    accounts_wait(session, 0, session->offered);
}

/* A session of MQTT 5 that began clean is in no save; while it is away, what came stays. */
static void clear_offered(struct session *session)
{
    if (session->saved > 0 || session->client != NULL) accounts_wait(session, session->saved, 0);
}

void restore_accounts(const char *directory)
{
    static const struct reader all = {
        .session = open_session, .subscription = add_subscription, .retained = add_retained, .queued = add_queued};
    char path[4096];
    snprintf(path, sizeof path, "%s/mosquitto.db", directory);
    store_read(path, &all, NULL);
}

void restore_look(long now_ms)
{
    static const struct reader queues = {.queued = add_queued};
    if (room_saved()) accounts_each(clear_saved);
    if (room_look(now_ms, &queues)) accounts_each(clear_offered);
}
