#ifndef TLS_H
#define TLS_H

#include <stddef.h>

/** 0 if the peer of a connection shows a certificate in a TLS 1.2 handshake; else 1, with the reason printed. */
int asks_for_certificate(int fd, long deadline);

#endif
