/* Looks for a process of the container in /proc. */
#define _GNU_SOURCE
#include "processes.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static ssize_t read_file(const char *pid, const char *name, char *text, size_t size) {
  char path[64];
  snprintf(path, sizeof path, "/proc/%.20s/%s", pid, name);
  int fd = open(path, O_RDONLY | O_CLOEXEC);
  ssize_t length = fd < 0 ? -1 : read(fd, text, size - 1);
  if (fd >= 0) close(fd);
  if (length >= 0) text[length] = '\0';
  return length;
}

/** One word of a command line as people call it: `/usr/bin/python3` is python3. */
static const char *base_name(const char *word) {
  const char *slash = strrchr(word, '/');
  return slash == NULL ? word : slash + 1;
}

/** The state of a process (`R`, `S`, `Z`, ...), behind the name in brackets that may hold anything; 0 if it is gone. */
static char state_of(const char *pid) {
  char text[512];
  if (read_file(pid, "stat", text, sizeof text) <= 0) return 0;
  const char *end = strrchr(text, ')');
  return end == NULL || end[1] == '\0' ? 0 : end[2];
}

static int has_name(const char *words, ssize_t length, const char *name) {
  for (const char *word = words; word < words + length; word += strlen(word) + 1)
    if (strcmp(base_name(word), name) == 0) return 1;
  return 0;
}

/** Whether a list of words, each behind a space, holds one. */
static int has_word(const char *list, const char *word) {
  size_t length = strlen(word);
  for (const char *at = strstr(list, word); at != NULL; at = strstr(at + 1, word))
    if (at > list && at[-1] == ' ' && (at[length] == ' ' || at[length] == '\0')) return 1;
  return 0;
}

/** Neither the engine's init, whose arguments name the program that it started, nor a probe, whose do too. */
static int is_counted(const char *pid, const char *words) {
  return isdigit((unsigned char)pid[0]) && strcmp(pid, "1") != 0 && atoi(pid) != getpid() &&
         strcmp(base_name(words), "probe") != 0;
}

int find_process(const char *name) {
  char words[4096], others[256] = "";
  int stopped = 0;
  DIR *processes = opendir("/proc");
  if (processes == NULL) {
    perror("/proc");
    return 1;
  }
  for (struct dirent *entry = readdir(processes); entry != NULL; entry = readdir(processes)) {
    ssize_t length = read_file(entry->d_name, "cmdline", words, sizeof words);
    char state = length > 0 && is_counted(entry->d_name, words) ? state_of(entry->d_name) : 0;
    if (state == 0 || state == 'Z') continue;
    int found = has_name(words, length, name);
    if (found && state != 'T') return 0;
    stopped |= found;
    if (has_word(others, base_name(words))) continue;
    size_t used = strlen(others);
    snprintf(others + used, sizeof others - used, " %.40s", base_name(words));
  }
  if (stopped)
    printf("the process %s is stopped by a signal\n", name);
  else
    printf("no process %s runs; there is%s\n", name, others[0] == '\0' ? " none" : others);
  return 1;
}
