#define _GNU_SOURCE
#include "accounts.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "topics.h"

/* Balanced trees, not hash tables: names chosen by an attacker cannot make them slow. */
static void *users, *sessions;
static size_t session_count, kept_count, subscription_bytes, login_bytes, queued_bytes;
static struct limits most;
static const char *trusted_names;

/* A subscription besides its topic's nodes: the broker's leaf, and this account. */
enum { SUBSCRIPTION_BYTES = 400 };

static int by_name(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

static int by_text(const void *left, const void *right)
{
    return strcmp(left, right);
}

void accounts_start(const struct limits *limits, const char *trusted)
{
    most = *limits;
    trusted_names = trusted;
}

static bool is_trusted(const char *name)
{
    size_t length = strlen(name);
    for (const char *at = trusted_names; at != NULL; at = strchr(at, ',')) {
        if (*at == ',') at++;
        if (strncmp(at, name, length) == 0 && (at[length] == ',' || at[length] == '\0')) return true;
    }
    return false;
}

struct user *accounts_user(const char *name)
{
    struct user **found = tfind(&name, &users, by_name);
    if (found != NULL) return *found;
    struct user *user = calloc(1, sizeof *user);
    if (user == NULL) return NULL;
    user->name = strdup(name);
    user->trusted = is_trusted(name);
    if (user->name != NULL && tsearch(user, &users, by_name) != NULL) return user;
    free(user->name);
    free(user);
    return NULL;
}

struct session *accounts_find(const char *id)
{
    struct session **found = tfind(&id, &sessions, by_name);
    return found == NULL ? NULL : *found;
}

struct session *accounts_open(const char *id, struct user *user)
{
    struct session *session = calloc(1, sizeof *session);
    if (session == NULL) return NULL;
    session->id = strdup(id);
    session->user = user;
    if (session->id != NULL && tsearch(session, &sessions, by_name) != NULL) {
        session_count++;
        return session;
    }
    free(session->id);
    free(session);
    return NULL;
}

void accounts_end(struct session *session)
{
    accounts_forget_subscriptions(session);
    accounts_wait(session, 0, 0);
    accounts_lasts(session, LASTS_CONNECTED);
    accounts_login(session, 0);
    tdelete(session, &sessions, by_name);
    session_count--;
    free(session->id);
    free(session);
}

const char *accounts_full(const struct user *user, enum lasting lasting)
{
    if (user->trusted || lasting == LASTS_CONNECTED) return NULL;
    if (user->kept >= most.sessions / (lasting == LASTS_KEPT ? 4 : 2))
        return "its user has as many kept sessions as one user may have";
    return kept_count >= most.sessions ? "all kept sessions are taken" : NULL;
}

void accounts_lasts(struct session *session, enum lasting lasting)
{
    size_t saved = session->saved, offered = session->offered;
    accounts_wait(session, 0, 0);
    session->user->kept -= session->kept;
    kept_count -= session->kept;
    session->kept = lasting != LASTS_CONNECTED;
    session->user->kept += session->kept;
    kept_count += session->kept;
    accounts_wait(session, saved, offered);
}

bool accounts_subscribe(struct session *session, const char *filter, bool more)
{
    if (tfind(filter, &session->filters, by_text) != NULL) return true;
    struct user *user = session->user;
    size_t bytes = SUBSCRIPTION_BYTES + cost_of_topic(filter, strlen(filter));
    bool fits = more && user->subscriptions + bytes <= most.subscriptions / 2 &&
                subscription_bytes + bytes <= most.subscriptions;
    if (!fits && !user->trusted) return false;
    char *copy = strdup(filter);
    if (copy == NULL || tsearch(copy, &session->filters, by_text) == NULL) {
        free(copy);
        return false;
    }
    session->subscriptions += bytes;
    user->subscriptions += bytes;
    subscription_bytes += user->trusted ? 0 : bytes;
    return true;
}

bool accounts_login(struct session *session, size_t bytes)
{
    struct user *user = session->user;
    size_t all = login_bytes - (user->trusted ? 0 : session->login), own = user->logins - session->login;
    bool fits = user->trusted || bytes == 0 || (own + bytes <= most.logins / 2 && all + bytes <= most.logins);
    session->login = fits ? bytes : 0;
    user->logins = own + session->login;
    login_bytes = all + (user->trusted ? 0 : session->login);
    return fits;
}

static void give_back(struct session *session, size_t bytes)
{
    session->subscriptions -= bytes;
    session->user->subscriptions -= bytes;
    subscription_bytes -= session->user->trusted ? 0 : bytes;
}

void accounts_unsubscribe(struct session *session, const char *filter)
{
    char **found = tfind(filter, &session->filters, by_text);
    if (found == NULL) return;
    char *copy = *found;
    tdelete(filter, &session->filters, by_text);
    give_back(session, SUBSCRIPTION_BYTES + cost_of_topic(filter, strlen(filter)));
    free(copy);
}

void accounts_forget_subscriptions(struct session *session)
{
    give_back(session, session->subscriptions);
    tdestroy(session->filters, free);
    session->filters = NULL;
}

/*
 * The share of a session in the sums. A client that is connected takes what is offered: only messages that the last save
 * found waiting say that it does not. No save tells of a session that ends with its connection: what it sent at QoS 2
 * since the last one counts, since the broker writes that into the next, and nobody else is served meanwhile.
 */
static size_t counted(const struct session *session)
{
    if (session->user->trusted) return 0;
    return session->saved + (session->kept && session->client == NULL ? session->offered : 0);
}

static void count(const struct session *session, bool in)
{
    size_t bytes = counted(session);
    session->user->queued += in ? bytes : -bytes;
    queued_bytes += in ? bytes : -bytes;
}

void accounts_wait(struct session *session, size_t saved, size_t offered)
{
    count(session, false);
    session->saved = saved;
    session->offered = offered;
    count(session, true);
}

void accounts_connect(struct session *session, const void *client)
{
    count(session, false);
    session->client = client;
    count(session, true);
}

bool accounts_may_queue(const struct session *session, size_t bytes)
{
    if (session->user->trusted) return true;
    if (counted(session) + bytes > most.queues / 4 || session->user->queued + bytes > most.queues / 2) return false;
    return session->client != NULL || queued_bytes + bytes <= most.queues;
}

/* twalk hands nothing on to its callback. */
static struct session **row;
static size_t row_count;

static void into_row(const void *node, VISIT visit, int depth)
{
    (void)depth;
    if (visit == postorder || visit == leaf) row[row_count++] = *(struct session *const *)node;
}

void accounts_each(void (*visit)(struct session *))
{
    row = session_count == 0 ? NULL : calloc(session_count, sizeof *row);
    if (row == NULL) return;
    row_count = 0;
    twalk(sessions, into_row);
    for (size_t i = 0; i < row_count; i++) visit(row[i]);
    free(row);
}
