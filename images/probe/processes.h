#ifndef PROCESSES_H
#define PROCESSES_H

/** 0 if a process runs whose program, or one of whose arguments, has this name; else 1, with those that run printed. */
int find_process(const char *name);

#endif
