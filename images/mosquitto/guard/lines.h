#ifndef LINES_H
#define LINES_H

/*
 * The choice of the broker's own lines that are shown (Mosquitto 2.0.21). The traces of the probes are not: they come from the
 * container itself, again and again, and push the rest out of a log that is bounded. And what anybody can make the broker write
 * without a password has a bound for each source.
 */

/** @param show  takes each line that is shown, without its line break */
void lines_start(void (*show)(const char *line));

/** An address of the container itself, as text. */
void lines_own(const char *address);

/** One line of the broker, without its line break. */
void lines_take(const char *line, long now_ms);

/** Now and then: tells how many lines were left out of a flood that is over. */
void lines_tick(long now_ms);

/** How often the broker has told so far that it has let a client in. */
unsigned long lines_entries(void);

#endif
