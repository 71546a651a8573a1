#ifndef LOADING_H
#define LOADING_H

/*
 * A mark in the store's folder from before the broker loads its store until it has: the target of a link, which needs
 * no block of its own on a full disk. Both work in the current folder.
 */

/** How many starts in a row have not got past loading. */
int loading_tries(void);

void loading_begins(int tries);

/** Takes the mark away: the store is loaded. */
void loading_ends(const char *directory);

#endif
