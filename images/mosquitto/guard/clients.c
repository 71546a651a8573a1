#include <stdlib.h>
#include <string.h>

#include "guard.h"
#include "hooks.h"
#include "lines.h"
#include "report.h"
#include "room.h"

/* A client's memory is given back within a second after it is put out (`room_trim`). */
enum { KICK_MS = 200, PRESSING_KICK_MS = 20, GIVEN_BACK_MS = 2000 };

enum { DECAY_MS = 10000, SWEEP_MS = 600000 };

/* Who asked last to be let in. */
static struct {
    const struct mosquitto *client;
    char id[QUOTED_BYTES]; /* Mosquitto 2.0.11 has taken it away when it ends the connection. */
    const char *refusal; /* Why it is not let in, if that is known already. */
    bool named; /* The access list has its user. */
    unsigned long entries;
} asking;
static bool reloading;
static long now, began = -1, kicked_at, decayed_at, swept_at = -SWEEP_MS;

static const char *or_empty(const char *text)
{
    return text == NULL ? "" : text;
}

/* persistent_client_expiration: no session from the store lives longer without a client. */
#define RESTORED_MS (7L * 24 * 3600 * 1000)

/*
 * Asks the broker, which knows no better way: a client that has disconnected is not touched by this. One from the store is,
 * which damages the broker's list of sessions that expire (2.0.21): a connected client is then put out as expired.
 */
static bool broker_keeps(const struct session *session)
{
    if (session->restored) return now - began < RESTORED_MS;
    return mosquitto_kick_client_by_clientid(session->id, true) == MOSQ_ERR_SUCCESS;
}

static bool is_gone(const struct session *session)
{
    return session->client == NULL && !session->certificate && !broker_keeps(session);
}

/* An id with a colon belongs to the user whose name stands before it; one that begins with it to the broker's own bridge. */
static bool is_reserved(const char *id, const char *user)
{
    size_t length = strcspn(id, ":");
    if (id[0] == ':') return true;
    if (id[length] == '\0') return false;
    return acl_names(guard_acl, id, length) && (strlen(user) != length || memcmp(id, user, length) != 0);
}

static enum lasting lasting_of(const struct mosquitto *client)
{
    if (!mosquitto_client_clean_session(client)) return LASTS_KEPT;
    return mosquitto_client_protocol_version(client) == 5 ? LASTS_PERHAPS : LASTS_CONNECTED;
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

/* Why a client of this user may not come in, or NULL. */
static const char *refusal_of(const struct mosquitto *client, struct user *user)
{
    const char *id = or_empty(mosquitto_client_id(client));
    if (user == NULL) return "there is no memory";
    if (is_reserved(id, user->name)) return "this id is another user's";
    struct session *session = accounts_find(id);
    if (session != NULL && session->user != user && is_gone(session)) accounts_end(session), session = NULL;
    if (session != NULL && session->user != user) return "another user has a session of this id";
    if (!user->trusted && room_memory() == MEMORY_FULL) return "memory is full";
    enum lasting lasting = session != NULL && session->kept ? LASTS_CONNECTED : lasting_of(client);
    if (accounts_full(user, lasting) != NULL) sweep();
    return accounts_full(user, lasting);
}

int clients_may_enter(struct mosquitto *client)
{
    const char *name = or_empty(mosquitto_client_username(client));
    if (reloading) return MOSQ_ERR_PLUGIN_DEFER;
    asking.client = client;
    asking.entries = lines_entries();
    strcpy(asking.id, quoted(or_empty(mosquitto_client_id(client))));
    asking.named = acl_names(guard_acl, name, strlen(name));
    /* Such a name is not made known: anyone without a password could fill the account with them. */
    asking.refusal = asking.named ? refusal_of(client, accounts_user(name)) : "there is no such user";
    return asking.named && asking.refusal != NULL ? MOSQ_ERR_AUTH : MOSQ_ERR_PLUGIN_DEFER;
}

/*
 * The broker ends the connection of a client that it does not let in before anything else happens. One that it did let in
 * may end as soon, but then the broker has told that it came in.
 */
bool clients_refused(const struct mosquitto *client)
{
    if (asking.client != client || lines_entries() != asking.entries) return false;
    const char *address = or_empty(mosquitto_client_address(client));
    report(QUIET, asking.named ? REPORT_LOGIN : REPORT_STRANGER, address, "login refused: user %s, client %s, from %s: %s",
           quoted(or_empty(mosquitto_client_username(client))), asking.id, address,
           asking.refusal == NULL ? "its password is wrong or missing" : asking.refusal);
    asking.client = NULL;
    return true;
}

static void enter(struct session *session, const struct mosquitto *client)
{
    accounts_connect(session, client);
    session->handed = session->cost = 0;
    session->ended = session->restored = false;
    if (mosquitto_client_clean_session(client)) {
        accounts_forget_subscriptions(session);
        accounts_wait(session, 0, 0);
    }
    accounts_lasts(session, lasting_of(client));
}

void clients_settle(void)
{
    const struct mosquitto *client = asking.client;
    asking.client = NULL;
    if (client == NULL || asking.refusal != NULL) return;
    const char *id = mosquitto_client_id(client);
    if (id == NULL) return;
    struct session *session = accounts_find(id);
    struct user *user = session != NULL ? session->user : accounts_user(or_empty(mosquitto_client_username(client)));
    if (session == NULL && user != NULL) session = accounts_open(id, user);
    if (session != NULL) enter(session, client);
}

/* There are as many certificates as somebody signed. The session may be there: from before, or from the store. */
static struct session *enter_by_certificate(const char *id, const struct mosquitto *client)
{
    struct session *session = accounts_find(id);
    struct user *user = session != NULL ? session->user : accounts_user(or_empty(mosquitto_client_username(client)));
    bool is_kept = session != NULL && session->kept;
    if (user == NULL || (!is_kept && accounts_full(user, lasting_of(client)) != NULL)) return NULL;
    if (session == NULL) session = accounts_open(id, user);
    if (session == NULL) return NULL;
    session->certificate = true;
    enter(session, client);
    return session;
}

/* Of a CONNECT most is its will. Its properties take many times their bytes; so many are left uncounted, as of one without a will. */
enum { PLAIN_LOGIN = 128 };

static size_t brought_by(const struct mosquitto *client)
{
    size_t packet = hooks_packet();
    if (packet <= PLAIN_LOGIN) return 0;
    return (packet - PLAIN_LOGIN) * (mosquitto_client_protocol_version(client) == 5 ? PROPERTY_COST : 1);
}

void clients_came_in(const struct mosquitto *served)
{
    static unsigned long known;
    if (lines_entries() == known) return;
    known = lines_entries();
    const char *id = served == NULL ? NULL : mosquitto_client_id(served);
    if (id == NULL) return;
    struct session *session = accounts_find(id);
    /* One with a password is settled. */
    if (session == NULL || session->certificate || session->client != served) session = enter_by_certificate(id, served);
    if (session == NULL || accounts_login(session, brought_by(served))) return;
    report(QUIET, REPORT_WILL, session->user->name, "client %s of user %s is put out: the wills of its user's clients have no more room",
           quoted(id), quoted(session->user->name));
    /* Without its will. */
    mosquitto_kick_client_by_clientid(id, false);
}

struct session *clients_session(const struct mosquitto *client, bool acts)
{
    const char *id = mosquitto_client_id(client);
    if (id == NULL) return NULL;
    struct session *session = accounts_find(id);
    if (session == NULL) session = enter_by_certificate(id, client);
    if (session == NULL) return NULL;
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
    if (!session->kept) accounts_login(session, 0);
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
    session->user->weight = session->held = 0;
}

static size_t lately(const struct session *session)
{
    return session->weight;
}

static size_t unread(const struct session *session)
{
    return session->held;
}

static size_t (*weight_of)(const struct session *);

static void add_weight(struct session *session)
{
    session->user->weight += weight_of(session);
}

/* Messages that waited for a session while it was away are written to its client as well: then this is too little, never too much. */
static void note_unread(const struct mosquitto *client, size_t written)
{
    const char *id = mosquitto_client_id(client);
    struct session *session = id == NULL ? NULL : accounts_find(id);
    if (session == NULL || session->client != client || session->handed <= written) return;
    session->held = (size_t)((double)session->cost * (double)(session->handed - written) / (double)session->handed);
}

/* The heaviest client of the heaviest user: who divides a flood among many clients is found, too. */
static void weigh(struct session *session)
{
    if (session->client == NULL || session->user->trusted) return;
    size_t user = session->user->weight, most = heaviest == NULL ? 0 : heaviest->user->weight;
    if (heaviest == NULL || user > most || (user == most && weight_of(session) > weight_of(heaviest))) heaviest = session;
}

static struct session *heaviest_by(size_t (*weight)(const struct session *))
{
    heaviest = NULL;
    weight_of = weight;
    accounts_each(clear_weight);
    if (weight == unread) hooks_each_unread(note_unread);
    accounts_each(add_weight);
    accounts_each(weigh);
    return heaviest;
}

/*
 * Who does not read what it asked for holds the memory, and not those who read as much or more. Where nobody does, it is looked for
 * by what was carried.
 */
static void put_heaviest_out(enum memory memory)
{
    bool pressing = memory == MEMORY_FULL;
    if (now - kicked_at < (pressing ? PRESSING_KICK_MS : KICK_MS)) return;
    const char *why = "for which most waits unread";
    struct session *found = heaviest_by(unread);
    if (found == NULL || found->user->weight < guard_heavy) {
        if (!pressing && now - kicked_at < GIVEN_BACK_MS) return;
        why = "which made the broker carry most";
        found = heaviest_by(lately);
        if (found == NULL || found->weight < (pressing ? 1 : guard_heavy)) return;
    }
    kicked_at = now;
    found->weight = 0;
    report(LOUD, REPORT_KICK, found->user->name, "memory is %s: client %s of user %s, %s, is put out", pressing ? "full" : "short",
           quoted(found->id), quoted(found->user->name), why);
    mosquitto_kick_client_by_clientid(found->id, true);
}

static struct user *slow_user;
static size_t slow_clients;

static void count_slow(struct session *session)
{
    if (session->client != NULL && session->user == slow_user) slow_clients++;
}

static void put_slow_out(struct session *session)
{
    if (session->client == NULL || session->user != slow_user) return;
    /* At least the mean of the user's clients. */
    if (session->weight < slow_user->weight / slow_clients) return;
    session->weight = 0;
    report(LOUD, REPORT_KICK, slow_user->name,
           "client %s of user %s is put out: this user's readers keep everybody else waiting", quoted(session->id),
           quoted(slow_user->name));
    mosquitto_kick_client_by_clientid(session->id, true);
}

void clients_put_out(struct user *user)
{
    slow_user = user;
    slow_clients = 0;
    accounts_each(count_slow);
    if (slow_clients == 0) return;
    weight_of = lately;
    accounts_each(clear_weight);
    accounts_each(add_weight);
    accounts_each(put_slow_out);
}

void clients_tick(long now_ms, enum memory memory)
{
    now = now_ms;
    if (began < 0) began = now;
    halve = now - decayed_at >= DECAY_MS;
    if (halve) decayed_at = now;
    accounts_each(settle_one);
    if (memory != MEMORY_FREE) put_heaviest_out(memory);
}

void clients_reload(bool begins)
{
    reloading = begins;
}
