/* Repeats a check of a service that is known to work, within one exec of the engine. */
#ifndef STEADY_H
#define STEADY_H

/** A check, as `main` would be called with it; its exit code and what it prints are the answer. */
typedef int check(int argc, char *argv[]);

/**
 * The first time that the check succeeds it returns at once, so that a start is seen as soon as it is over. From then on it
 * returns when the check fails, and otherwise at the end of the window.
 *
 * @param every milliseconds between two checks
 * @param window milliseconds after which it returns
 * @param seconds for one check; after that it has failed
 */
int steady(check *ask, long every, long window, int seconds, int argc, char *argv[]);

#endif
