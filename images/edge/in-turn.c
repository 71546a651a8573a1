/*
 * in-turn.so, loaded before HAProxy: one call of OpenSSL reads two records at most, and the rest in a later turn of its connection.
 * Of itself OpenSSL reads on while the kernel has more, behind each record that holds nothing for HAProxy: a client without
 * credentials may send changes of its key (TLS 1.3) without end, or a ClientHello byte by byte. HAProxy's thread serves nobody
 * meanwhile, and after two seconds of that its watchdog ends the process.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define HAPROXYS __attribute__((visibility("default")))

/* A record is two reads: its length, and what it holds. Two records are what ends a client's handshake. */
enum { READS = 4, ANY = -1 };

struct ssl_st;

static _Thread_local int left = ANY;

/* HAProxy reads for OpenSSL by this call, and waits for the kernel's sign after an answer of "not now". There is one as long as more has come. */
HAPROXYS ssize_t recv(int file, void *bytes, size_t size, int flags)
{
    if (left == 0) return errno = EAGAIN, -1;
    if (left != ANY) left--;
    return (ssize_t)syscall(SYS_recvfrom, file, bytes, size, flags, NULL, NULL);
}

static int ended(int answer)
{
    left = ANY;
    return answer;
}

HAPROXYS int SSL_do_handshake(struct ssl_st *connection)
{
    static int (*next)(struct ssl_st *);
    if (next == NULL) next = (int (*)(struct ssl_st *))dlsym(RTLD_NEXT, "SSL_do_handshake");
    left = READS;
    return ended(next(connection));
}

HAPROXYS int SSL_read(struct ssl_st *connection, void *bytes, int size)
{
    static int (*next)(struct ssl_st *, void *, int);
    if (next == NULL) next = (int (*)(struct ssl_st *, void *, int))dlsym(RTLD_NEXT, "SSL_read");
    left = READS;
    return ended(next(connection, bytes, size));
}

HAPROXYS int SSL_peek(struct ssl_st *connection, void *bytes, int size)
{
    static int (*next)(struct ssl_st *, void *, int);
    if (next == NULL) next = (int (*)(struct ssl_st *, void *, int))dlsym(RTLD_NEXT, "SSL_peek");
    left = READS;
    return ended(next(connection, bytes, size));
}
