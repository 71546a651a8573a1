/*
 * start-broker DIRECTORY MOST_BYTES COMMAND...
 *
 * Runs COMMAND, which is the broker, in place of itself after a look at its store: one that cannot be read, that needs
 * more than MOST_BYTES of memory, or that the broker did not get past twice is set aside by name, and the last good
 * copy takes its place, or none. So no store can keep the broker from starting.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <glob.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "loading.h"
#include "store.h"

enum { KEPT = 3, TRIES = 2 };

#define STORE "mosquitto.db"
#define GOOD "mosquitto.db.good"
#define ASIDE "mosquitto.db.set-aside-"
#define NOTICE "set-aside.txt"

/* To the log, and into the file that the probe shows for as long as it is there. */
__attribute__((format(printf, 1, 2))) static void say(const char *format, ...)
{
    char text[600];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    fprintf(stderr, "start-broker: ERROR: %s\n", text);
    FILE *notice = fopen(NOTICE, "we");
    if (notice == NULL) return;
    fprintf(notice, "warning: %s\n", text);
    fclose(notice);
}

static const char *unfit(const char *file, size_t most)
{
    static char text[120];
    size_t memory;
    const char *reason = store_read(file, NULL, &memory);
    if (reason != NULL || memory <= most) return reason;
    snprintf(text, sizeof text, "it needs %zu MiB of memory, and there are %zu MiB for it", memory >> 20, most >> 20);
    return text;
}

/* Removes the oldest that were set aside; their names sort by time. */
static void forget_oldest(void)
{
    glob_t names;
    if (glob(ASIDE "*", 0, NULL, &names) != 0) return;
    for (size_t i = 0; i + KEPT < names.gl_pathc; i++) unlink(names.gl_pathv[i]);
    globfree(&names);
}

/* Renames the store; `name` takes its new name. */
static bool set_aside(const char *file, char *name, size_t size)
{
    time_t now = time(NULL);
    char stamp[32];
    strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", gmtime(&now));
    for (int copy = 0; copy < 100; copy++) {
        snprintf(name, size, ASIDE "%s-%02d", stamp, copy);
        if (access(name, F_OK) != 0) return rename(file, name) == 0;
    }
    return false;
}

static bool same_file(const char *left, const char *right)
{
    struct stat a, b;
    return stat(left, &a) == 0 && stat(right, &b) == 0 && a.st_ino == b.st_ino;
}

static void replace(const char *reason, size_t most)
{
    char name[80] = "";
    bool same = same_file(STORE, GOOD);
    if (!set_aside(STORE, name, sizeof name)) {
        say("the store cannot be used (%s) and cannot be renamed: %s", reason, strerror(errno));
        return;
    }
    if (same) unlink(GOOD);
    const char *copy = same ? "it was the store itself" : unfit(GOOD, most);
    bool started = copy == NULL && link(GOOD, STORE) == 0;
    say("the broker's store cannot be used: %s. It was set aside in its volume as %s, and the broker starts %s%s. See "
        "RUNBOOK.md, \"The broker set its store aside\"", reason, name,
        started ? "from the last good copy" : "empty, for there is no good copy: ", started ? "" : copy == NULL ? strerror(errno) : copy);
    forget_oldest();
}

int main(int count, char **arguments)
{
    if (count < 4) return fprintf(stderr, "start-broker DIRECTORY MOST_BYTES COMMAND...\n"), 64;
    if (chdir(arguments[1]) != 0) return perror(arguments[1]), 1;
    size_t most = strtoull(arguments[2], NULL, 10);
    int tries = loading_tries();
    bool there = access(STORE, F_OK) == 0;
    const char *reason = !there ? NULL : tries >= TRIES ? "the broker ended twice while it loaded it" : unfit(STORE, most);
    if (reason != NULL) {
        replace(reason, most);
        tries = 0;
    } else if (!there && access(GOOD, F_OK) == 0 && unfit(GOOD, most) == NULL && link(GOOD, STORE) == 0) {
        say("there was no store; the broker starts from the last good copy");
    }
    loading_begins(tries + 1);
    if (chdir("/") != 0) perror("/");
    execvp(arguments[3], arguments + 3);
    perror(arguments[3]);
    return 127;
}
