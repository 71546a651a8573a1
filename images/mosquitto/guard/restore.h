#ifndef RESTORE_H
#define RESTORE_H

/** Opens the accounts with what the store holds: the broker has loaded it before any plugin was there to see. */
void restore_accounts(const char *directory);

/** Looks for a new save; takes from it what waits for each session. */
void restore_look(long now_ms);

#endif
