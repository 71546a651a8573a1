/* A plugin of Mosquitto 2.0 that bounds what clients can make the broker hold. See docs/decisions/0070-broker-guard.md. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The only names that the broker sees of this library. */
#pragma GCC visibility push(default)
#include <mosquitto.h>
#include <mosquitto_broker.h>
#include <mosquitto_plugin.h>
#pragma GCC visibility pop

#include "former.h"
#include "guard.h"
#include "hooks.h"
#include "lines.h"
#include "loading.h"
#include "log.h"
#include "pace.h"
#include "report.h"
#include "restore.h"
#include "retained.h"
#include "room.h"

struct acl *guard_acl;
size_t guard_heavy;
static const char *acl_file, *former_file;

static int on_enter(int event, void *data, void *user)
{
    const struct mosquitto_evt_basic_auth *login = data;
    (void)event, (void)user;
    clients_settle();
    pace_for(NULL);
    int answer = clients_may_enter(login->client);
    if (answer != MOSQ_ERR_PLUGIN_DEFER) return answer;
    /* The broker, which is asked next, knows one password of each user. It asks about everybody at each reload. */
    return former_accepts(login->username, login->password) ? MOSQ_ERR_SUCCESS : MOSQ_ERR_PLUGIN_DEFER;
}

static int on_access(int event, void *data, void *user)
{
    (void)event, (void)user;
    clients_settle();
    traffic_settle();
    return traffic_access(data);
}

static int on_message(int event, void *data, void *user)
{
    (void)event, (void)user;
    return traffic_message(data);
}

static int on_leave(int event, void *data, void *user)
{
    const struct mosquitto *client = ((struct mosquitto_evt_disconnect *)data)->client;
    (void)event, (void)user;
    if (clients_refused(client)) return MOSQ_ERR_SUCCESS;
    clients_settle();
    traffic_settle();
    clients_leave(client);
    return MOSQ_ERR_SUCCESS;
}

static int on_tick(int event, void *data, void *user)
{
    static long ticked_at;
    struct timespec time;
    (void)event, (void)data, (void)user;
    clients_settle();
    clients_came_in(hooks_served());
    traffic_round();
    struct user *late = pace_round();
    clients_reload(false);
    if (late != NULL) clients_put_out(late);
    if (!hooks_looked()) return MOSQ_ERR_SUCCESS;
    clock_gettime(CLOCK_MONOTONIC, &time);
    long now = time.tv_sec * 1000 + time.tv_nsec / 1000000;
    restore_look(now);
    enum memory memory = room_memory();
    if (now - ticked_at < (memory == MEMORY_FULL ? 20 : 100)) return MOSQ_ERR_SUCCESS;
    ticked_at = now;
    if (memory != MEMORY_FREE) room_trim(now);
    clients_tick(now, memory);
    report_tick(now);
    lines_tick(now);
    return MOSQ_ERR_SUCCESS;
}

static bool read_acl(void)
{
    char error[200];
    struct acl *acl = acl_read(acl_file, error);
    if (acl == NULL) {
        mosquitto_log_printf(MOSQ_LOG_ERR, "guard: %s", error);
        return false;
    }
    acl_free(guard_acl);
    guard_acl = acl;
    return true;
}

static bool read_former(void)
{
    char error[200];
    if (former_read(former_file, error)) return true;
    mosquitto_log_printf(MOSQ_LOG_ERR, "guard: %s", error);
    return false;
}

static int on_reload(int event, void *data, void *user)
{
    (void)event, (void)data, (void)user;
    clients_reload(true);
    read_acl();
    read_former();
    return MOSQ_ERR_PLUGIN_DEFER;
}

struct option {
    const char *name;
    const char *text;
    size_t bytes;
};

/* All are stated, none twice, and nothing else: a limit that is misspelt would be none. */
static bool read_options(struct option *wanted, size_t count, const struct mosquitto_opt *given, int given_count)
{
    for (int i = 0; i < given_count; i++) {
        size_t at = 0;
        while (at < count && strcmp(wanted[at].name, given[i].key) != 0) at++;
        if (at == count || wanted[at].text != NULL) return false;
        wanted[at].text = given[i].value;
        wanted[at].bytes = strtoull(given[i].value, NULL, 10);
    }
    for (size_t at = 0; at < count; at++)
        if (wanted[at].text == NULL) return false;
    return true;
}

static bool register_all(mosquitto_plugin_id_t *id)
{
    return mosquitto_callback_register(id, MOSQ_EVT_BASIC_AUTH, on_enter, NULL, NULL) == MOSQ_ERR_SUCCESS &&
           mosquitto_callback_register(id, MOSQ_EVT_ACL_CHECK, on_access, NULL, NULL) == MOSQ_ERR_SUCCESS &&
           mosquitto_callback_register(id, MOSQ_EVT_MESSAGE, on_message, NULL, NULL) == MOSQ_ERR_SUCCESS &&
           mosquitto_callback_register(id, MOSQ_EVT_DISCONNECT, on_leave, NULL, NULL) == MOSQ_ERR_SUCCESS &&
           mosquitto_callback_register(id, MOSQ_EVT_RELOAD, on_reload, NULL, NULL) == MOSQ_ERR_SUCCESS &&
           mosquitto_callback_register(id, MOSQ_EVT_TICK, on_tick, NULL, NULL) == MOSQ_ERR_SUCCESS;
}

int mosquitto_plugin_version(int count, const int *versions)
{
    for (int i = 0; i < count; i++)
        if (versions[i] == 5) return 5;
    return -1;
}

int mosquitto_plugin_init(mosquitto_plugin_id_t *id, void **data, struct mosquitto_opt *options, int count)
{
    enum { ACL, FORMER, TRUSTED, DATA, SESSIONS, SUBSCRIPTIONS, RETAINED, LOGINS, QUEUES, SHORT, FULL, OPTIONS };
    struct option wanted[OPTIONS] = {
        [ACL] = {.name = "acl_file"}, [FORMER] = {.name = "former_file"}, [TRUSTED] = {.name = "trusted"}, [DATA] = {.name = "data"},
        [SESSIONS] = {.name = "sessions"}, [SUBSCRIPTIONS] = {.name = "subscription_bytes"},
        [RETAINED] = {.name = "retained_bytes"}, [LOGINS] = {.name = "login_bytes"}, [QUEUES] = {.name = "queue_bytes"},
        [SHORT] = {.name = "memory_short"}, [FULL] = {.name = "memory_full"}};
    (void)data;
    if (!read_options(wanted, OPTIONS, options, count)) {
        mosquitto_log_printf(MOSQ_LOG_ERR, "guard: an option is missing, unknown or there twice");
        return MOSQ_ERR_INVAL;
    }
    if (!hooks_are_asked()) {
        mosquitto_log_printf(MOSQ_LOG_ERR, "guard: start the broker with LD_PRELOAD=/usr/lib/exploreiot/guard.so");
        return MOSQ_ERR_INVAL;
    }
    struct limits limits = {wanted[SESSIONS].bytes, wanted[SUBSCRIPTIONS].bytes, wanted[RETAINED].bytes, wanted[LOGINS].bytes, wanted[QUEUES].bytes};
    acl_file = wanted[ACL].text;
    former_file = wanted[FORMER].text;
    guard_heavy = wanted[FULL].bytes / 16;
    accounts_start(&limits, wanted[TRUSTED].text);
    retained_start(limits.retained);
    /* The broker has read its store before it loads plugins: what fails from here on is not the store's fault. */
    loading_ends(wanted[DATA].text);
    if (!read_acl() || !read_former() || !room_start(wanted[DATA].text, wanted[SHORT].bytes, wanted[FULL].bytes)) return MOSQ_ERR_INVAL;
    restore_accounts(wanted[DATA].text);
    if (!register_all(id)) return MOSQ_ERR_NOMEM;
    log_start();
    return MOSQ_ERR_SUCCESS;
}

int mosquitto_plugin_cleanup(void *data, struct mosquitto_opt *options, int count)
{
    (void)data, (void)options, (void)count;
    log_end();
    acl_free(guard_acl);
    return MOSQ_ERR_SUCCESS;
}
