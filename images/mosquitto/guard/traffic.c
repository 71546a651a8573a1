#include <string.h>

#include "guard.h"
#include "hooks.h"
#include "pace.h"
#include "report.h"
#include "retained.h"
#include "room.h"

/* The cost of a message besides its topic and its payload. */
enum { MESSAGE_BYTES = 400 };

/* The rest of a message on the wire: its type, its length and that of its topic. */
enum { HEAD_BYTES = 4 };

/* A retained message that has passed the first question and waits for the second, as the broker's own pointer. */
static const char *retained_topic;
static struct user *retained_user;
static bool take_flag_away;

/* Whose SUBSCRIBE is being answered with what is retained: a part of that would be worth nothing. */
static const struct session *subscribing;

/* What was sent of that in the service of this connection, for all filters of a SUBSCRIBE together. */
static size_t answered;

/* The memory for the properties of the message that is passed on. The broker tells of none: they are the rest of its packet. */
static size_t properties;

static size_t properties_of(const struct mosquitto_evt_message *event)
{
    /* Two lengths and the number of the packet are no properties. */
    size_t packet = hooks_packet(), known = strlen(event->topic) + event->payloadlen + 5;
    return packet > known ? (packet - known) * PROPERTY_COST : 0;
}

static size_t size_of(const char *topic, size_t payload)
{
    return MESSAGE_BYTES + strlen(topic) + payload + properties;
}

/* Why nothing retained is sent to this user's readers, or NULL. */
static const char *unanswerable(struct user *user)
{
    if (pace_owes(user)) return "this user's readers lately kept everybody else waiting";
    if (pace_had_part(user) && answered > retained_topics())
        return "the filters of one SUBSCRIBE ask again and again for what is retained; a SUBSCRIBE for each of them is answered";
    return NULL;
}

static int may_subscribe(struct session *session, const char *filter)
{
    const struct user *user = session->user;
    if (!acl_may_subscribe(guard_acl, user->name, session->id, filter)) {
        report(QUIET, REPORT_SUBSCRIBE, user->name,
               "client %s of user %s may not subscribe to %s: no rule lets it read all of that", quoted(session->id),
               quoted(user->name), quoted(filter));
        return MOSQ_ERR_ACL_DENIED;
    }
    const char *reason = unanswerable(session->user);
    if (reason != NULL) {
        /* Not refused, which few programs notice: who is put out comes back and asks again. */
        report(LOUD, REPORT_KICK, user->name, "client %s of user %s is put out as it subscribes: %s", quoted(session->id),
               quoted(user->name), reason);
        return MOSQ_ERR_NOMEM;
    }
    if (accounts_subscribe(session, filter, room_memory() == MEMORY_FREE)) {
        subscribing = session;
        return MOSQ_ERR_PLUGIN_DEFER;
    }
    report(QUIET, REPORT_SUBSCRIBE, user->name,
           "client %s of user %s may not subscribe to %s: its subscriptions have no more room", quoted(session->id),
           quoted(user->name), quoted(filter));
    return MOSQ_ERR_ACL_DENIED;
}

/* Why a message is not passed on to this session, or NULL. */
static const char *undeliverable(const struct session *session, uint8_t qos, size_t bytes)
{
    enum memory memory = room_memory();
    bool waits = qos > 0 && session->kept;
    /* At QoS 0 too a message waits in memory for a client that does not read, and Mosquitto bounds only their number. */
    if (session->user->trusted) return memory == MEMORY_FULL && qos == 0 ? "memory is full" : NULL;
    if (memory == MEMORY_FULL) return "memory is full";
    bool away = waits && session->client == NULL;
    if (!waits && session != subscribing && pace_drops(session->user)) return "its user's readers keep everybody else waiting";
    if (memory == MEMORY_SHORT && (away || session->weight > guard_heavy)) return "memory is short";
    return waits && !accounts_may_queue(session, bytes) ? "too much waits for it, or for all kept sessions" : NULL;
}

static int may_receive(struct session *session, const struct mosquitto_evt_acl_check *event)
{
    size_t bytes = size_of(event->topic, event->payloadlen);
    session->weight += bytes;
    const char *reason = undeliverable(session, event->qos, bytes);
    if (reason != NULL) {
        report(QUIET, REPORT_QUEUE, session->user->name, "a message for client %s of user %s is dropped: %s",
               quoted(session->id), quoted(session->user->name), reason);
        return MOSQ_ERR_ACL_DENIED;
    }
    if (event->qos > 0) accounts_wait(session, session->saved, session->offered + bytes);
    session->handed += strlen(event->topic) + event->payloadlen + HEAD_BYTES;
    session->cost += bytes;
    answered += session == subscribing;
    return MOSQ_ERR_PLUGIN_DEFER;
}

/* Wills come by here as well, and then nowhere else. */
static int may_retain(struct session *session, const struct mosquitto_evt_acl_check *event)
{
    struct user *user = session->user;
    bool empty = event->payloadlen == 0;
    bool fits = empty ? retained_knows(event->topic) : user->trusted || room_memory() == MEMORY_FREE;
    if (fits && retained_take(user, event->topic, event->payloadlen)) return MOSQ_ERR_PLUGIN_DEFER;
    bool will = session->client != event->client;
    if (will || user->wills_slipped) {
        report(QUIET, REPORT_WILL, user->name,
               "a retained message or will of user %s to %s is refused: its retained messages have no more room",
               quoted(user->name), quoted(event->topic));
        return MOSQ_ERR_ACL_DENIED;
    }
    retained_topic = event->topic;
    retained_user = user;
    take_flag_away = true;
    return MOSQ_ERR_PLUGIN_DEFER;
}

/* The broker tells nobody what its access list denies, and acknowledges it (MQTT 3.1.1). Wills come by here as well. */
static int may_write(struct session *session, const struct mosquitto_evt_acl_check *event)
{
    const char *user = session->user->name;
    if (acl_may_publish(guard_acl, user, session->id, event->topic))
        return event->retain ? may_retain(session, event) : MOSQ_ERR_PLUGIN_DEFER;
    report(QUIET, REPORT_PUBLISH, user, "client %s of user %s may not publish to %s: no rule lets it", quoted(session->id),
           quoted(user), quoted(event->topic));
    return MOSQ_ERR_PLUGIN_DEFER;
}

int traffic_access(struct mosquitto_evt_acl_check *event)
{
    struct session *session = clients_session(event->client, event->access != MOSQ_ACL_READ);
    /* A publication that is denied is acknowledged all the same (MQTT 3.1.1): it is refused with its message. */
    if (session == NULL) return event->access == MOSQ_ACL_WRITE ? MOSQ_ERR_PLUGIN_DEFER : MOSQ_ERR_ACL_DENIED;
    bool reads = event->access == MOSQ_ACL_READ || event->access == MOSQ_ACL_SUBSCRIBE;
    pace_for(reads ? session->user : NULL);
    if (event->access != MOSQ_ACL_READ) subscribing = NULL;
    switch (event->access) {
    case MOSQ_ACL_SUBSCRIBE: return may_subscribe(session, event->topic);
    case MOSQ_ACL_UNSUBSCRIBE: accounts_unsubscribe(session, event->topic); return MOSQ_ERR_PLUGIN_DEFER;
    case MOSQ_ACL_READ: return may_receive(session, event);
    default: return may_write(session, event);
    }
}

void traffic_settle(void)
{
    if (take_flag_away) retained_user->wills_slipped = true;
    take_flag_away = false;
}

void traffic_round(void)
{
    traffic_settle();
    subscribing = NULL;
    answered = properties = 0;
}

/* Why the broker could not keep this message, or NULL. At QoS 2 it waits with its sender until that releases it. */
static const char *unkeepable(const struct session *session, uint8_t qos, size_t bytes)
{
    const char *reason = room_refuses();
    if (reason != NULL || session->user->trusted) return reason;
    if (room_memory() == MEMORY_FULL) return "memory is full";
    return qos == 2 && !accounts_may_queue(session, bytes) ? "too much waits for its sender to release it" : NULL;
}

/* Above QoS 0 the broker acknowledges what it is given, so what cannot be kept ends the connection instead. */
static int may_publish(struct session *session, const struct mosquitto_evt_message *event)
{
    size_t bytes = size_of(event->topic, event->payloadlen);
    session->weight += bytes;
    if (event->qos == 0) return MOSQ_ERR_SUCCESS;
    const char *reason = unkeepable(session, event->qos, bytes);
    if (reason != NULL) {
        report(LOUD, REPORT_REFUSED, session->user->name,
               "a message of client %s of user %s is not acknowledged, and the client put out: %s", quoted(session->id),
               quoted(session->user->name), reason);
        return MOSQ_ERR_NOMEM;
    }
    room_accepted(bytes);
    /* It waits although its sender is connected: the next save tells for how long, unless the session is not kept. */
    if (event->qos == 2) accounts_wait(session, session->saved + bytes, session->offered);
    return MOSQ_ERR_SUCCESS;
}

/*
 * Messages from the other side of the broker's bridge: the broker lets it publish anything (2.0), no matter what the bridge has
 * subscribed to. A message that it retains there is not counted among what is retained here, and so is not retained.
 */
static int may_come_back(struct session *session, struct mosquitto_evt_message *event)
{
    event->retain = false;
    if (acl_may_publish(guard_acl, session->user->name, session->id, event->topic)) return may_publish(session, event);
    report(QUIET, REPORT_PUBLISH, session->user->name, "the central broker may not publish to %s here: it is not among what the bridge receives",
           quoted(event->topic));
    return MOSQ_ERR_ACL_DENIED;
}

int traffic_message(struct mosquitto_evt_message *event)
{
    struct session *session = clients_session(event->client, true);
    if (session == NULL) return MOSQ_ERR_NOMEM;
    properties = properties_of(event);
    /* No login has such a name. */
    if (session->user->name[0] == ':') return may_come_back(session, event);
    if (event->retain && take_flag_away && retained_topic == event->topic) {
        take_flag_away = false;
        event->retain = false;
        report(QUIET, REPORT_RETAINED, session->user->name, "a message of user %s to %s is passed on but not retained: %s",
               quoted(session->user->name), quoted(event->topic),
               event->payloadlen == 0 ? "there is none to delete" : "its retained messages have no more room");
    }
    if (event->retain && event->payloadlen > 0 && !retained_take(session->user, event->topic, event->payloadlen + properties)) {
        event->retain = false;
        report(QUIET, REPORT_RETAINED, session->user->name,
               "a message of user %s to %s is passed on but not retained: with its properties its retained messages have no more room",
               quoted(session->user->name), quoted(event->topic));
    }
    return may_publish(session, event);
}
