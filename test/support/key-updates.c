/*
 * key-updates HOST PORT COUNT: a client of the broker over TLS 1.3 that changes its key again and again, which no other program of the
 * tests can. Sends what is on standard input up to its first newline, and waits for an answer; then, with the second line, COUNT
 * changes of the key and that line, at once. Lines are in hexadecimal. Says "ready" and "sent", and ends with its standard input.
 */
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static unsigned char bytes[4096];

static int read_line(void)
{
    static char line[2 * sizeof bytes + 2];
    int count = 0;
    if (fgets(line, sizeof line, stdin) == NULL) return 0;
    for (const char *at = line; sscanf(at, "%2hhx", &bytes[count]) == 1; at += 2) count++;
    return count;
}

static int say(const char *word)
{
    puts(word);
    return fflush(stdout);
}

static int connected(const char *host, const char *port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port))};
    int file = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    setsockopt(file, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    inet_pton(AF_INET, host, &address.sin_addr);
    return connect(file, (struct sockaddr *)&address, sizeof address) == 0 ? file : -1;
}

int main(int count, char **arguments)
{
    int file = count < 4 ? -1 : connected(arguments[1], arguments[2]);
    SSL *connection = SSL_new(SSL_CTX_new(TLS_client_method()));
    if (file < 0 || SSL_set_fd(connection, file) != 1 || SSL_connect(connection) != 1) return 1;
    if (SSL_write(connection, bytes, read_line()) <= 0 || SSL_read(connection, bytes, sizeof bytes) <= 0) return 1;
    say("ready");
    int last = read_line();
    BIO *all = BIO_new(BIO_s_mem());
    SSL_set0_wbio(connection, all);
    for (int left = atoi(arguments[3]); left > 0; left--)
        if (SSL_key_update(connection, SSL_KEY_UPDATE_NOT_REQUESTED) != 1 || SSL_do_handshake(connection) != 1) return 1;
    if (SSL_write(connection, bytes, last) != last) return 1;
    char *records;
    long size = BIO_get_mem_data(all, &records);
    if (write(file, records, (size_t)size) != size) return 1;
    say("sent");
    read_line();
    return 0;
}
