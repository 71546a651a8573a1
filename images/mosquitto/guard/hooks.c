#define _GNU_SOURCE
#include "hooks.h"

#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <openssl/ssl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "guard.h"
#include "places.h"

#define BROKER __attribute__((visibility("default")))

/*
 * For so long nobody looks what else has come, while somebody waits; after that nothing more is read or written for the one that is
 * served. Nanoseconds of the thread.
 */
enum { LOOK = 500000, TURN = 500000 };

/* The clock is a call of the kernel: nobody looks at it for each read and write. */
enum { CALLS_BETWEEN = 16 };

enum { EVENTS = 1024 };

/*
 * Bytes that the kernel keeps for a client that does not read, and doubles: by itself up to 4 MB for each, which no limit of the
 * container counts on every machine.
 */
enum { SEND_BYTES = 64 * 1024 };

static struct place *served;
static bool accepted, looked;
static int newest = -1;
static unsigned calls;
static long began, looked_at;

/* Connections on which nobody has logged in yet, and the listeners. */
static struct user nobody;

bool hooks_are_asked(void)
{
    Dl_info asked, own;
    return dladdr(dlsym(RTLD_DEFAULT, "epoll_wait"), &asked) != 0 && dladdr(&nobody, &own) != 0 && asked.dli_fbase == own.dli_fbase;
}

bool hooks_looked(void)
{
    return looked;
}

const struct mosquitto *hooks_served(void)
{
    return served == NULL || served->listens ? NULL : served->context;
}

size_t hooks_packet(void)
{
    return served == NULL ? 0 : served->packet;
}

static void (*told_of)(const struct mosquitto *, size_t);

static void tell_of(const struct place *place)
{
    if (!place->listens && (place->asked & EPOLLOUT) != 0) told_of(place->context, place->written);
}

void hooks_each_unread(void (*visit)(const struct mosquitto *client, size_t written))
{
    told_of = visit;
    places_each(tell_of);
}

static long own_time(void)
{
    struct timespec time;
    /* Of this thread alone: neither a save to the disk nor another program is a user's work. */
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return time.tv_sec * 1000000000 + time.tv_nsec;
}

static void forget(int file)
{
    if (served != NULL && served == places_find(file)) served = NULL;
    places_forget(file);
}

static bool is_listener(int file)
{
    int listens = 0;
    socklen_t size = sizeof listens;
    return getsockopt(file, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) == 0 && listens != 0;
}

static struct user *user_of(const struct place *place)
{
    const char *id = place->listens ? NULL : mosquitto_client_id(place->context);
    const struct session *session = id == NULL ? NULL : accounts_find(id);
    return session == NULL ? &nobody : session->user;
}

/* An address of IPv4 as it is written in IPv6, and of IPv6 the /64: anyone who has one address there has all of them. */
static void address_of(const struct place *place, unsigned char address[ADDRESS_BYTES])
{
    const char *text = place->listens ? NULL : mosquitto_client_address(place->context);
    memset(address, 0, ADDRESS_BYTES);
    if (text == NULL) return;
    if (inet_pton(AF_INET, text, address + 12) == 1) memset(address + 10, 0xff, 2);
    else if (inet_pton(AF_INET6, text, address) == 1 && !IN6_IS_ADDR_V4MAPPED((struct in6_addr *)address)) memset(address + 8, 0, 8);
}

/* The user is another one once somebody has logged in. */
static bool wait_in_line(struct place *place, uint32_t events)
{
    struct user *user = user_of(place);
    if (place->events == 0 && turns_user(place) != user) {
        unsigned char address[ADDRESS_BYTES];
        address_of(place, address);
        if (!turns_join(place, user, address)) return false;
    }
    turns_wait(place, events);
    return true;
}

/*
 * The kernel is told the number of the file, and the broker its structure. The broker asks for a sign and takes that back with each
 * packet that it writes; what is left of it is told before the kernel is asked.
 */
BROKER int epoll_ctl(int epoll, int operation, int file, struct epoll_event *event)
{
    if (operation == EPOLL_CTL_DEL) {
        forget(file);
        return (int)syscall(SYS_epoll_ctl, epoll, operation, file, event);
    }
    struct place *place = places_find(file);
    if (place != NULL) {
        if (operation == EPOLL_CTL_ADD) return errno = EEXIST, -1;
        if (!places_note(file)) return errno = ENOMEM, -1;
        place->asked = event->events;
        return 0;
    }
    place = places_make(file);
    if (place == NULL) return errno = ENOMEM, -1;
    *place = (struct place){.context = event->data.ptr, .listens = is_listener(file), .asked = event->events, .told = event->events};
    int answer = places_tell(epoll, EPOLL_CTL_ADD, file, event->events);
    if (answer != 0) forget(file);
    return answer;
}

BROKER int close(int file)
{
    forget(file);
    return (int)syscall(SYS_close, file);
}

/* @return -1 where the kernel could not be asked */
static int look(int epoll, int timeout)
{
    static struct epoll_event events[EVENTS];
    places_tell_noted(epoll);
    int count = (int)syscall(SYS_epoll_pwait, epoll, events, EVENTS, timeout, NULL, 0);
    for (int i = 0; i < count; i++) {
        struct place *place = places_find(events[i].data.fd);
        /* Where there is no memory for it, the kernel says so again. */
        if (place != NULL) wait_in_line(place, events[i].events);
    }
    began = looked_at = own_time();
    looked = true;
    return count;
}

BROKER int epoll_wait(int epoll, struct epoll_event *events, int most, int timeout)
{
    (void)most;
    long now = own_time();
    turns_took(now - began);
    began = now;
    looked = false;
    if (now - looked_at > LOOK) look(epoll, 0);
    uint32_t waits;
    served = turns_next(&waits);
    if (served == NULL) {
        if (look(epoll, timeout) < 0) return -1;
        served = turns_next(&waits);
    }
    accepted = false;
    newest = -1;
    calls = 0;
    if (served == NULL) return 0;
    events[0] = (struct epoll_event){.events = waits, .data.ptr = served->context};
    return 1;
}

/* One connection for each time that the listener is served: each may begin with a handshake. */
BROKER int accept(int file, struct sockaddr *address, socklen_t *size)
{
    struct place *place = places_find(file);
    if (place != NULL && accepted) {
        wait_in_line(place, EPOLLIN);
        return errno = EAGAIN, -1;
    }
    newest = (int)syscall(SYS_accept, file, address, size);
    accepted = newest >= 0;
    if (accepted) setsockopt(newest, SOL_SOCKET, SO_SNDBUF, &(int){SEND_BYTES}, sizeof(int));
    return newest;
}

static bool is_served(int file)
{
    return served != NULL && !served->listens && places_find(file) != NULL;
}

static bool has_had_its_turn(void)
{
    return ++calls % CALLS_BETWEEN == 0 && own_time() - began > TURN;
}

static ssize_t note_written(int file, ssize_t count)
{
    struct place *place = places_find(file);
    if (place != NULL && count > 0) place->written += (size_t)count;
    return count;
}

/*
 * What waits for a client is written in portions, as to one that reads slowly: the broker asks when it may go on, and does so in a
 * turn of that client's user. A listener is left alone, in whose service the broker does not ask again.
 */
BROKER ssize_t send(int file, const void *bytes, size_t size, int flags)
{
    if (is_served(file) && has_had_its_turn()) return errno = EAGAIN, -1;
    return note_written(file, (ssize_t)syscall(SYS_sendto, file, bytes, size, flags, NULL, 0));
}

/* OpenSSL's. */
BROKER ssize_t write(int file, const void *bytes, size_t size)
{
    if (is_served(file) && has_had_its_turn()) return errno = EAGAIN, -1;
    return (ssize_t)syscall(SYS_write, file, bytes, size);
}

/* The broker asks for type and length of a packet byte by byte, and then for all the rest, until that has come. */
static void note_read(struct place *place, size_t wanted, long got)
{
    bool goes_on = place->left > 0;
    if (!goes_on) place->packet = wanted == 1 ? 0 : wanted;
    if (goes_on || wanted > 1) place->left = got > 0 ? wanted - got : wanted;
}

/* OpenSSL reads on as long as a ClientHello is not whole, which may come byte by byte, each in a record of its own. */
BROKER ssize_t read(int file, void *bytes, size_t size)
{
    if ((is_served(file) || file == newest) && has_had_its_turn()) return errno = EAGAIN, -1;
    ssize_t got = (ssize_t)syscall(SYS_read, file, bytes, size);
    struct place *place = places_find(file);
    if (place != NULL) note_read(place, size, got);
    return got;
}

/* Here OpenSSL is the one that reads, and the broker asks it. */
BROKER int SSL_read(SSL *connection, void *bytes, int size)
{
    static int (*next)(SSL *, void *, int);
    if (next == NULL) next = (int (*)(SSL *, void *, int))dlsym(RTLD_NEXT, "SSL_read");
    struct place *place = places_find(SSL_get_fd(connection));
    if (place == NULL) return next(connection, bytes, size);
    struct place before = *place;
    int got = next(connection, bytes, size);
    place->packet = before.packet, place->left = place->is_read ? before.left : 0;
    place->is_read = true;
    note_read(place, size, got);
    return got;
}

/* The broker's own bytes: without what OpenSSL adds to them. */
BROKER int SSL_write(SSL *connection, const void *bytes, int size)
{
    static int (*next)(SSL *, const void *, int);
    if (next == NULL) next = (int (*)(SSL *, const void *, int))dlsym(RTLD_NEXT, "SSL_write");
    return (int)note_written(SSL_get_fd(connection), next(connection, bytes, size));
}

/* Of itself OpenSSL reads on, and on, behind records that hold nothing for the broker: a client may send many that change its key. */
BROKER SSL *SSL_new(SSL_CTX *settings)
{
    SSL *(*make)(SSL_CTX *) = (SSL * (*)(SSL_CTX *)) dlsym(RTLD_NEXT, "SSL_new");
    SSL *connection = make(settings);
    if (connection != NULL) SSL_clear_mode(connection, SSL_MODE_AUTO_RETRY);
    return connection;
}

/* The rest of a record waits for its turn here, since the kernel has no more of it. */
BROKER int SSL_pending(const SSL *connection)
{
    static int (*pending)(const SSL *);
    if (pending == NULL) pending = (int (*)(const SSL *))dlsym(RTLD_NEXT, "SSL_pending");
    int count = pending(connection);
    return served == NULL || count == 0 || !wait_in_line(served, EPOLLIN) ? count : 0;
}
