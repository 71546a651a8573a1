#ifndef GUARD_H
#define GUARD_H

#include <mosquitto.h>
#include <mosquitto_broker.h>
#include <mosquitto_plugin.h>

#include "accounts.h"
#include "acl.h"
#include "room.h"

/** The rules of the ACL file as it was last read. */
extern struct acl *guard_acl;

/** Properties (MQTT 5) take so many times their bytes in memory: 7 become a record and two texts. */
enum { PROPERTY_COST = 16 };

/** More than this lately, and a client is put out when memory is short. Bytes. */
extern size_t guard_heavy;

/*
 * clients.c: who is connected, and as whom. The broker asks before it has checked the password, and says nothing
 * when it has; so an answer is held until the next event of any kind, when the broker has decided.
 */

/** For MOSQ_EVT_BASIC_AUTH: whether this client may come in, if its password is right. */
int clients_may_enter(struct mosquitto *client);

/** For MOSQ_EVT_DISCONNECT, before anything else: whether this client was never let in, which is reported. */
bool clients_refused(const struct mosquitto *client);

/** Settles who came in before this event. Each callback begins with it. */
void clients_settle(void);

/**
 * The broker asks nobody about a client with a certificate. But it serves one connection at a time, and has told if that came in.
 *
 * @param served  the client that was served last, or NULL
 */
void clients_came_in(const struct mosquitto *served);

/**
 * The session of a client that is connected or has been; NULL where there is no room for it.
 *
 * @param acts  whether the client itself does something, which it can only while it is connected
 */
struct session *clients_session(const struct mosquitto *client, bool acts);

void clients_leave(const struct mosquitto *client);

/** At each round of the broker: forgets sessions that it has not kept, and puts heavy clients out. */
void clients_tick(long now_ms, enum memory memory);

/** Puts those clients of a user out that lately carried most: its readers keep everybody else waiting. */
void clients_put_out(struct user *user);

/** While the broker reads its files again it asks about everybody who is connected: they are known. */
void clients_reload(bool reloading);

/* traffic.c: what clients want to do. */

int traffic_access(struct mosquitto_evt_acl_check *event);
int traffic_message(struct mosquitto_evt_message *event);

/** A retained message was let through and the broker never came back with it: it was a will. */
void traffic_settle(void);

/** Ends the service of one connection. */
void traffic_round(void);

#endif
