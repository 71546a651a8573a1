/*
 * A swarm may start a new container of a service while the one of before still runs on the same node: after a partition it
 * knows too late that there is one. Two databases on one folder ruin it, and what they look for themselves, a process or
 * shared memory, neither sees of the other.
 */
#define _GNU_SOURCE
#include "alone.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <unistd.h>

static int refused(const char *what) {
  fprintf(stderr, "%s: %m\n", what);
  return 1;
}

int alone(const char *folder, char *const program[]) {
  // Without O_CLOEXEC: the lock is the program's, and its children's, until the last of them has ended.
  int fd = open(folder, O_RDONLY | O_DIRECTORY);
  if (fd < 0) return refused(folder);
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return refused(folder);
    fprintf(stderr, "%s: another container still has it; waiting for its end\n", folder);
    while (flock(fd, LOCK_EX) != 0)
      if (errno != EINTR) return refused(folder);
  }
  execvp(program[0], program);
  return refused(program[0]);
}
