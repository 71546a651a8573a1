#ifndef PACE_H
#define PACE_H

#include <stdbool.h>

#include "accounts.h"

/*
 * The broker has one thread: who waits, waits for all that it does in one round. Deliveries are what one client can multiply, so
 * their time is counted for the user who reads. What it takes beyond its part of a round is its debt.
 */

/** The thread works for this user's readers from here on, or (NULL) for nobody who is counted. */
void pace_for(struct user *user);

/** Whether this user's readers have had their part of this round. */
bool pace_had_part(const struct user *user);

/** Whether this user's readers have had their part of this round, and have kept others waiting too often before. */
bool pace_drops(struct user *user);

/** Whether this user's readers have kept others waiting too often: nothing that costs time is begun for them. */
bool pace_owes(struct user *user);

/** Ends a round. @return the user of whom too much is left to do, although nothing more is delivered to it; or NULL */
struct user *pace_round(void);

#endif
