#ifndef ACCOUNTS_H
#define ACCOUNTS_H

#include <stdbool.h>
#include <stddef.h>

/** Bounds on all clients together; one user never has more than half. Bytes unless said otherwise. */
struct limits {
    size_t sessions; /* That are or may be kept, a number. */
    size_t subscriptions, retained;
    size_t logins; /* What clients bring with their CONNECT: wills, above all. */
    size_t queues; /* Waits in the kept sessions, and what others sent at QoS 2 since the last save. */
};

/** One identity and what it holds. Trusted users have no limits. */
struct user {
    char *name;
    bool trusted;
    size_t kept, subscriptions, retained, logins, queued; /* `kept` is a number of sessions. */
    bool wills_slipped; /* A retained will of it got past its limit once. */
    size_t weight; /* The sum of its sessions', while the heaviest is looked for. */
    unsigned long round; /* What its readers took of the broker's time, in the round of that number (pace.h). */
    long took, debt, paid_at;
    bool in_line; /* Whose turn it is (turns.h): what is left of it, and the lines that wait. */
    long credit;
    struct line *first, *last;
    struct user *behind;
};

/** A client id: connected, or its session is kept. */
struct session {
    char *id;
    struct user *user;
    const void *client; /* The broker's own structure while it is connected, else NULL. */
    bool certificate; /* It came in without a password: the broker asks nobody about it. */
    bool kept; /* It may outlive the connection. */
    bool restored; /* It came from the store, and nobody has connected as it since. */
    bool ended; /* It has disconnected and the broker has not been asked yet whether it is kept. */
    void *filters;
    size_t subscriptions;
    size_t login; /* What it brought. */
    size_t saved, offered; /* Waits for it in the last save, and came since. */
    size_t weight; /* Bytes that it lately made the broker carry. */
    size_t handed, cost; /* Bytes of messages for its client since that came in, and their memory. */
    size_t held; /* The part of that memory which the client has not read yet, while the heaviest is looked for. */
};

void accounts_start(const struct limits *limits, const char *trusted);

/** The user of that name, made where it is new; NULL where there is no memory. */
struct user *accounts_user(const char *name);

/** The session of a client id, or NULL. */
struct session *accounts_find(const char *id);

/** Makes a session; NULL where there is no memory. */
struct session *accounts_open(const char *id, struct user *user);

void accounts_end(struct session *session);

/** How long a session lasts: with its connection, perhaps longer (MQTT 5, which the broker does not tell), or longer. */
enum lasting { LASTS_CONNECTED, LASTS_PERHAPS, LASTS_KEPT };

/**
 * Why this user may not have one more such session, or NULL. Those that end with their connection are bounded by the
 * connections, and of the others the kept ones get half: so hoarded sessions keep nobody out.
 */
const char *accounts_full(const struct user *user, enum lasting lasting);

void accounts_lasts(struct session *session, enum lasting lasting);

/** Takes a subscription into the account; false where it does not fit. One that is there already always fits. */
bool accounts_subscribe(struct session *session, const char *filter, bool more);
void accounts_unsubscribe(struct session *session, const char *filter);
void accounts_forget_subscriptions(struct session *session);

/** Takes what a client brought with its CONNECT into the account, in place of what it brought before; false where it does not fit. */
bool accounts_login(struct session *session, size_t bytes);

/** Whether `bytes` more may wait in this session. */
bool accounts_may_queue(const struct session *session, size_t bytes);

/** `client` is the broker's own structure, or NULL when the session's connection has ended. */
void accounts_connect(struct session *session, const void *client);

/** Sets what waits in a session: `saved` as the last save found it, `offered` since. */
void accounts_wait(struct session *session, size_t saved, size_t offered);

/** Calls `visit` for each session. It may end that session. */
void accounts_each(void (*visit)(struct session *));

#endif
