#ifndef NETWORK_H
#define NETWORK_H

/* The rest of the time limit for the engine, which counts from before the program starts. */
#define STARTING_MS 250

long now_ms(void);

/** Whether a socket can be read (`writing` 0) or written (1) before the deadline. */
int wait_for(int fd, int writing, long deadline);

/** A connection to the port at the first own address that accepts one; -1, with the reason printed, if none does. */
int connect_to_own_address(int port, long deadline);

#endif
