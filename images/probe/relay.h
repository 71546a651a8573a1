#ifndef RELAY_H
#define RELAY_H

/** Connects to the port at the container's own address and copies until the service ends it. Returns the exit code. */
int relay(int port);

#endif
