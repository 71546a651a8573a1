#ifndef LOG_H
#define LOG_H

/** From now on what the broker writes to its standard error goes through lines.h, and from there at once to the real one. */
void log_start(void);

/** Undoes it, before the broker unloads this library. */
void log_end(void);

#endif
