#ifndef ALONE_H
#define ALONE_H

/** Becomes the program once no other container has the folder. Returns only where that cannot be. */
int alone(const char *folder, char *const program[]);

#endif
