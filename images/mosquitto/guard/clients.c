#include <stdlib.h>
#include <string.h>

#include "guard.h"
#include "report.h"
#include "room.h"

enum { KICK_MS = 200, PRESSING_KICK_MS = 20, DECAY_MS = 10000, SWEEP_MS = 600000 };

static struct mosquitto *entering;
static bool reloading;
static long now, kicked_at, decayed_at, swept_at = -SWEEP_MS;

static const char *or_empty(const char *text)
{
    return text == NULL ? "" : text;
}

/* Asks the broker, which knows no better way: a client that is not connected is not touched by this. */
static bool broker_keeps(const struct session *session)
{
    return mosquitto_kick_client_by_clientid(session->id, true) == MOSQ_ERR_SUCCESS;
}

static bool is_gone(const struct session *session)
{
    return session->client == NULL && !session->certificate && !broker_keeps(session);
}

/* An id with a colon belongs to the user whose name stands before it. */
static bool is_reserved(const char *id, const char *user)
{
    size_t length = strcspn(id, ":");
    if (id[length] == '\0') return false;
    return acl_names(guard_acl, id, length) && (strlen(user) != length || memcmp(id, user, length) != 0);
}

static enum lasting lasting_of(const struct mosquitto *client)
{
    if (!mosquitto_client_clean_session(client)) return LASTS_KEPT;
    return mosquitto_client_protocol_version(client) == 5 ? LASTS_PERHAPS : LASTS_CONNECTED;
}

static int refuse(enum kind kind, const char *user, const char *id, const char *reason)
{
    report(QUIET, kind, "user %s may not connect as %s: %s", user, id, reason);
    return MOSQ_ERR_AUTH;
}

static void sweep_one(struct session *session)
{
    if (is_gone(session)) accounts_end(session);
}

/* Sessions expire without a word. */
static void sweep(void)
{
    if (now - swept_at < SWEEP_MS) return;
    swept_at = now;
    accounts_each(sweep_one);
}

int clients_may_enter(struct mosquitto *client)
{
    const char *id = or_empty(mosquitto_client_id(client)), *name = or_empty(mosquitto_client_username(client));
    if (reloading) return MOSQ_ERR_PLUGIN_DEFER;
    /* No name is made known here: anyone without a password could fill the account with them. */
    if (!acl_names(guard_acl, name, strlen(name))) return MOSQ_ERR_PLUGIN_DEFER;
    struct user *user = accounts_user(name);
    if (user == NULL) return MOSQ_ERR_AUTH;
    if (is_reserved(id, name)) return refuse(REPORT_IDENTITY, name, id, "this id is another user's");
    struct session *session = accounts_find(id);
    if (session != NULL && session->user != user && is_gone(session)) accounts_end(session), session = NULL;
    if (session != NULL && session->user != user)
        return refuse(REPORT_IDENTITY, name, id, "another user has a session of this id");
    if (!user->trusted && room_memory() == MEMORY_FULL) return refuse(REPORT_SESSION, name, id, "memory is full");
    enum lasting lasting = session != NULL && session->kept ? LASTS_CONNECTED : lasting_of(client);
    if (accounts_full(user, lasting) != NULL) sweep();
    const char *full = accounts_full(user, lasting);
    if (full != NULL) return refuse(REPORT_SESSION, name, id, full);
    entering = client;
    return MOSQ_ERR_PLUGIN_DEFER;
}

static void enter(struct session *session, const struct mosquitto *client)
{
    accounts_connect(session, client);
    session->ended = false;
    if (mosquitto_client_clean_session(client)) {
        accounts_forget_subscriptions(session);
        accounts_wait(session, 0, 0);
    }
    accounts_lasts(session, lasting_of(client));
}

void clients_settle(void)
{
    const struct mosquitto *client = entering;
    entering = NULL;
    const char *id = client == NULL ? NULL : mosquitto_client_id(client);
    /* The broker takes the id away from a client that it does not let in. */
    if (id == NULL) return;
    struct session *session = accounts_find(id);
    struct user *user = session != NULL ? session->user : accounts_user(or_empty(mosquitto_client_username(client)));
    if (session == NULL && user != NULL) session = accounts_open(id, user);
    if (session != NULL) enter(session, client);
}

struct session *clients_session(const struct mosquitto *client, bool acts)
{
    const char *id = mosquitto_client_id(client);
    if (id == NULL) return NULL;
    struct session *session = accounts_find(id);
    if (session == NULL) {
        /* It came in with a certificate, of which there are as many as somebody signed. */
        struct user *user = accounts_user(or_empty(mosquitto_client_username(client)));
        if (user == NULL || accounts_full(user, lasting_of(client)) != NULL) return NULL;
        session = accounts_open(id, user);
        if (session == NULL) return NULL;
        session->certificate = true;
        enter(session, client);
    }
    /* Until the end of the round in which it left, what comes is its will. */
    if (acts && session->certificate && !session->ended) accounts_connect(session, client);
    return session;
}

void clients_leave(const struct mosquitto *client)
{
    const char *id = mosquitto_client_id(client);
    struct session *session = id == NULL ? NULL : accounts_find(id);
    if (session == NULL || (session->client != client && !session->certificate)) return;
    accounts_connect(session, NULL);
    session->ended = true;
}

static struct session *heaviest;
static bool halve;

static void settle_one(struct session *session)
{
    if (halve) session->weight /= 2;
    if (!session->ended) return;
    session->ended = false;
    if (is_gone(session)) accounts_end(session);
}

static void clear_weight(struct session *session)
{
    session->user->weight = 0;
}

static void add_weight(struct session *session)
{
    session->user->weight += session->weight;
}

/* The heaviest client of the heaviest user: who divides a flood among many clients is found, too. */
static void weigh(struct session *session)
{
    if (session->client == NULL || session->user->trusted) return;
    size_t user = session->user->weight, most = heaviest == NULL ? 0 : heaviest->user->weight;
    if (heaviest == NULL || user > most || (user == most && session->weight > heaviest->weight)) heaviest = session;
}

static void put_heaviest_out(enum memory memory)
{
    bool pressing = memory == MEMORY_FULL;
    if (now - kicked_at < (pressing ? PRESSING_KICK_MS : KICK_MS)) return;
    heaviest = NULL;
    accounts_each(clear_weight);
    accounts_each(add_weight);
    accounts_each(weigh);
    if (heaviest == NULL || heaviest->weight < (pressing ? 1 : guard_heavy)) return;
    kicked_at = now;
    heaviest->weight = 0;
    report(LOUD, REPORT_KICK, "memory is %s: client %s of user %s, which made the broker carry most, is put out",
           pressing ? "full" : "short", heaviest->id, heaviest->user->name);
    mosquitto_kick_client_by_clientid(heaviest->id, true);
}

void clients_tick(long now_ms, enum memory memory)
{
    now = now_ms;
    halve = now - decayed_at >= DECAY_MS;
    if (halve) decayed_at = now;
    accounts_each(settle_one);
    if (memory != MEMORY_FREE) put_heaviest_out(memory);
}

void clients_reload(bool begins)
{
    reloading = begins;
}
